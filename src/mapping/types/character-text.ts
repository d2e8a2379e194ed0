// The canonical text of character columns: UTF-8 without NUL characters.

/** MariaDB's SQL: the text as the target stores it. REPLACE compares bytes, whatever the collation. */
export function storedText(expression: string): string {
  return `REPLACE(CONVERT(${expression} USING utf8mb4), CHAR(0 USING utf8mb4), '')`
}

/** MariaDB's SQL: the md5 of the same. MD5 reads values of any size; only what it returns must fit a packet. */
export function storedTextHash(expression: string): string {
  return `MD5(${storedText(expression)})`
}
