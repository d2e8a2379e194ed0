/** Bytes that one character takes at most; all others take one. */
const widths: Readonly<Record<string, number>> = {
  ...{ utf8mb4: 4, utf8mb3: 3, utf16: 4, utf16le: 4, utf32: 4, ucs2: 2 },
  ...{ big5: 2, gbk: 2, gb2312: 2, sjis: 2, cp932: 2, euckr: 2, ujis: 3, eucjpms: 3 },
}

/** `utf8` is an old name of utf8mb3. */
export function charsetName(charset: string): string {
  return charset === 'utf8' ? 'utf8mb3' : charset
}

/** MariaDB's `Maxlen` of a character set: a VARCHAR(n) holds up to n times so many bytes. */
export function charsetWidth(charset: string): number {
  return widths[charsetName(charset)] ?? 1
}
