-- What cdc remembers in the target database, beside the rows that it is about.

-- One row a sink connector. A batch locks it FOR SHARE; who wants the sink to stand still locks it FOR UPDATE.
create table cdc.sink (
  connector text primary key,
  -- Raised by each new owner; a transaction of an older epoch is refused.
  epoch bigint not null default 0,
  owner text,
  heartbeat_at timestamptz,
  -- Raised whenever a row of cdc.tables changes, so that the sink reads them again.
  tables_version bigint not null default 0,
  -- The sink applies up to just this position and waits there, until the time given.
  hold_position text,
  hold_until timestamptz
);

-- How far each source has been applied; written in the same transaction as the rows.
create table cdc.position (
  connector text not null,
  source text not null,
  position text not null,
  source_time timestamptz,
  applied_at timestamptz not null default clock_timestamp(),
  transactions bigint not null default 0,
  changes bigint not null default 0,
  primary key (connector, source)
);

create table cdc.tables (
  connector text not null,
  database text not null,
  "table" text not null,
  target_schema text not null,
  target_table text not null,
  state text not null check (state in ('loading', 'loaded')),
  -- GTID positions: changes at or before low are in the load; from there to high they are applied idempotently.
  low text,
  high text,
  definition jsonb not null,
  choices jsonb not null default '{}',
  rows bigint not null default 0,
  losses jsonb not null default '{}',
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (connector, database, "table"),
  unique (target_schema, target_table)
);

-- XA transactions that are prepared and not yet ended: their row events, to be applied when they are committed.
create table cdc.prepared (
  connector text not null,
  source text not null,
  xid text not null,
  part integer not null,
  events bytea not null,
  primary key (connector, source, xid, part)
);
