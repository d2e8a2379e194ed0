/** Bits of sql_mode as QUERY events carry it; those that change what a statement's text means. */
export const sqlModes = {
  realAsFloat: 0x1n,
  ansiQuotes: 0x4n,
  oracle: 0x200n,
  maxdb: 0x1000n,
  noBackslashEscapes: 0x10_0000n,
} as const

export function hasSqlMode(sqlMode: bigint | null, mode: bigint): boolean {
  return sqlMode !== null && (sqlMode & mode) !== 0n
}
