-- A block that is sent again because nobody knows what became of it carries the same token, and is there once.
ALTER TABLE analytics_db.events MODIFY SETTING non_replicated_deduplication_window = 1000;
-- Who was taken out of which organization: what comes of them later is written without them.
CREATE TABLE erased (organization_id String, user_id String) ENGINE = ReplacingMergeTree ORDER BY (organization_id, user_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
