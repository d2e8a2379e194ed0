-- Run once, when the server is made: what the account of MARIADB_USER needs beyond its database.
GRANT SELECT, RELOAD, LOCK TABLES, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO 'cdc'@'%';
