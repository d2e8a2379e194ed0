-- Tables that are being loaded in chunks. What stands here goes when the load of the table has ended.

-- What was made for the load: what is found there later must still be the same.
create table cdc.load_table (
  connector text not null,
  database text not null,
  "table" text not null,
  -- pg_relation_filenode of the target: another one after TRUNCATE, DROP or a rewrite by somebody else.
  file oid not null,
  unlogged boolean not null,
  choices jsonb not null,
  -- All chunks are known.
  cut boolean not null default false,
  primary key (connector, database, "table"),
  foreign key (connector, database, "table") references cdc.tables on update cascade on delete cascade
);

-- A chunk. Its rows are copied in the transaction that writes `done`: there are all of them, or none.
create table cdc.load (
  connector text not null,
  database text not null,
  "table" text not null,
  chunk integer not null,
  -- The rows of the source that are in it.
  range jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'done')),
  rows bigint not null default 0,
  bytes bigint not null default 0,
  -- GTID positions between which it was read.
  low text,
  high text,
  losses jsonb not null default '{}',
  finished_at timestamptz,
  primary key (connector, database, "table", chunk),
  foreign key (connector, database, "table") references cdc.load_table on update cascade on delete cascade
);

-- The run of `cdc migrate` that is, or was the last one, for a sink.
create table cdc.load_run (
  connector text primary key,
  -- The options by which a run that goes on is known.
  request jsonb not null,
  started_at timestamptz not null default clock_timestamp(),
  -- null: it runs, or was broken off.
  ended_at timestamptz,
  pid integer not null,
  updated_at timestamptz not null default clock_timestamp(),
  -- How far it is, for those who watch it.
  progress jsonb not null default '{}'
);
