-- Where the consumer goes on, and what it could not handle. The newest row of an id holds.
CREATE TABLE checkpoints (id String, next UInt64, revision UInt64) ENGINE = ReplacingMergeTree(revision) ORDER BY id;
CREATE TABLE dead_letters (
  id String,
  consumer String,
  subject String,
  organization_id String,
  state LowCardinality(String),
  letter String,
  revision UInt64
) ENGINE = ReplacingMergeTree(revision) ORDER BY id;
