-- Run once, when the server is made: the account that writes, and its schema.
\getenv password SINK_DB_PASSWORD
CREATE ROLE cdc LOGIN PASSWORD :'password';
GRANT CREATE ON DATABASE warehouse TO cdc;
CREATE SCHEMA mp_cdc AUTHORIZATION cdc;
