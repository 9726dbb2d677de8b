// FerretDB 1.24 is the last of its line. What is wrong in it is mended here, and seen to hold by `tests/store/directory.test.ts` (1) and
// `tests/store/contract.ts` (3).
//
// 1. It reads its directory of databases and collections at the first request. When PostgreSQL or that client went away in the midst of it,
//    what had been read stayed: all other databases were empty until its next start, and every write to them failed. Each client that had
//    waited read it all again, so that this went on for a second.
// 2. A client that went away while its collection was being created left a table without an entry: the collection could never be created
//    again.
// 3. An update looks for its document and then writes it by its _id alone. Of two at once that name a version both found the same one, and
//    the older could be the last to write. Now those that name an _id follow each other, and one statement's connection is given back
//    before the next one begins.
// 4. An insert asked PostgreSQL three times (BEGIN, INSERT, COMMIT), though it is one statement and with that a transaction of its own.
export const ferretdbRepair = {
  module: 'github.com/FerretDB/FerretDB',
  files: {
    'internal/backends/postgresql/metadata/registry.go': [
      {
        from: `	dbNames, err := r.initDBs(ctx, p)
	if err != nil {
		return nil, lazyerrors.Error(err)
	}
`,
        to: `	if r.colls != nil {
		return p, nil
	}

	ctx = context.WithoutCancel(ctx)

	dbNames, err := r.initDBs(ctx, p)
	if err != nil {
		return nil, lazyerrors.Error(err)
	}
`,
      },
      {
        from: `		if err = r.initCollections(ctx, dbName, p); err != nil {
			return nil, lazyerrors.Error(err)
`,
        to: `		if err = r.initCollections(ctx, dbName, p); err != nil {
			r.colls = nil
			return nil, lazyerrors.Error(err)
`,
      },
      { from: `	return dbNames, nil\n`, to: `	return dbNames, rows.Err()\n` },
      {
        from: `	dbName, collectionName := params.DBName, params.Name

	_, err := r.databaseGetOrCreate(ctx, p, dbName)
`,
        to: `	dbName, collectionName := params.DBName, params.Name

	ctx = context.WithoutCancel(ctx)

	_, err := r.databaseGetOrCreate(ctx, p, dbName)
`,
      },
      {
        from: `	_, err := r.collectionCreate(ctx, p, &CollectionCreateParams{DBName: dbName, Name: collectionName})
	if err != nil {
		return lazyerrors.Error(err)
	}

	db := r.colls[dbName]
`,
        to: `	ctx = context.WithoutCancel(ctx)

	_, err := r.collectionCreate(ctx, p, &CollectionCreateParams{DBName: dbName, Name: collectionName})
	if err != nil {
		return lazyerrors.Error(err)
	}

	db := r.colls[dbName]
`,
      },
    ],
    'internal/backends/postgresql/collection.go': [
      {
        from: `	err = pool.InTransaction(ctx, p, func(tx pgx.Tx) error {
		batchSize := c.r.BatchSize
`,
        to: `	if n := len(params.Docs); n > 0 && n <= c.r.BatchSize {
		q, args, err := prepareInsertStatement(c.dbName, meta.TableName, meta.Capped(), params.Docs)
		if err != nil {
			return nil, lazyerrors.Error(err)
		}

		_, err = p.Exec(ctx, q, args...)

		var pgErr *pgconn.PgError
		if errors.As(err, &pgErr) && pgErr.Code == pgerrcode.UniqueViolation {
			return nil, backends.NewError(backends.ErrorCodeInsertDuplicateID, err)
		}

		if err != nil {
			return nil, lazyerrors.Error(err)
		}

		return new(backends.InsertAllResult), nil
	}

	err = pool.InTransaction(ctx, p, func(tx pgx.Tx) error {
		batchSize := c.r.BatchSize
`,
      },
    ],
    'internal/handler/msg_update.go': [
      {
        from: `	"context"
	"fmt"

	"github.com/FerretDB/wire"
`,
        to: `	"context"
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/FerretDB/wire"
`,
      },
      {
        from: `		var qp backends.QueryParams
		if !h.DisablePushdown {
`,
        to: `		unlock := sync.OnceFunc(lockDocument(params.DB, params.Collection, u.Filter))
		defer unlock()

		var qp backends.QueryParams
		if !h.DisablePushdown {
`,
      },
      {
        from: `		result, err := common.UpdateDocument(ctx, c, "update", iter, &u)
`,
        to: `		result, err := common.UpdateDocument(ctx, c, "update", iter, &u)
		closer.Close()
		unlock()

`,
      },
      {
        from: `// updateDocument iterate through all documents in collection and update them.
`,
        to: `// One statement holds one of them at a time; documents that share one only wait a little longer.
var updates [1024]sync.Mutex

// lockDocument waits until nobody else updates the document whose _id the filter names.
func lockDocument(db, collection string, filter *types.Document) (unlock func()) {
	id, err := filter.Get("_id")
	if err != nil {
		return func() {}
	}

	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s.%s %v", db, collection, id)

	m := &updates[hash.Sum32()%uint32(len(updates))]
	m.Lock()

	return m.Unlock
}

// updateDocument iterate through all documents in collection and update them.
`,
      },
    ],
  },
}
