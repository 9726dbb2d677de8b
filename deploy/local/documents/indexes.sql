-- FerretDB turns {field: value} into _jsonb->'field' @> value, which its own B-tree indexes cannot answer. This trigger puts a GIN index in the place of each
-- of them, in the statement that creates it, so that an equality on an indexed field is a look-up from its first document on. Those that keep something
-- unique stay; the others would be written with every document, and never read.
CREATE OR REPLACE FUNCTION public.unread_indexes() RETURNS SETOF oid LANGUAGE sql AS $$
  SELECT i.indexrelid FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
  JOIN pg_class t ON t.oid = i.indrelid AND t.relname NOT LIKE '\_ferretdb\_%'
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = '_jsonb'
  WHERE NOT i.indisunique
$$;
CREATE OR REPLACE FUNCTION public.index_equality() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  created record;
  keys text[];
  target text;
  expression text;
  unread oid;
BEGIN
  FOR created IN
    SELECT i.indexrelid, i.indrelid, a.attnum FROM pg_event_trigger_ddl_commands() c
    JOIN pg_index i ON i.indexrelid = c.objid
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
    JOIN pg_class t ON t.oid = i.indrelid AND t.relname NOT LIKE '\_ferretdb\_%'
    JOIN pg_attribute a ON a.attrelid = i.indexrelid
    WHERE c.object_type = 'index'
  LOOP
    keys := ARRAY(SELECT replace(k[1], '''''', '''') FROM regexp_matches(pg_get_indexdef(created.indexrelid, created.attnum, false), '-> ''((?:[^'']|'''')*)''', 'g') k);
    CONTINUE WHEN cardinality(keys) = 0;
    expression := CASE WHEN cardinality(keys) = 1 THEN format('_jsonb -> %L', keys[1]) ELSE format('_jsonb #> %L::text[]', keys) END;
    target := created.indrelid::regclass::text;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %s USING gin ((%s) jsonb_path_ops) WITH (fastupdate = off)', 'eq_' || md5(target || expression), target, expression);
  END LOOP;
  FOR unread IN SELECT c.objid FROM pg_event_trigger_ddl_commands() c WHERE c.objid IN (SELECT public.unread_indexes()) LOOP
    EXECUTE format('DROP INDEX %s', unread::regclass);
  END LOOP;
END $$;
DROP EVENT TRIGGER IF EXISTS index_equality;
CREATE EVENT TRIGGER index_equality ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.index_equality();
-- Those from before.
DO $$
DECLARE unread oid;
BEGIN
  FOR unread IN SELECT public.unread_indexes() LOOP EXECUTE format('DROP INDEX %s', unread::regclass); END LOOP;
END $$;
