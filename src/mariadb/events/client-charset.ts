// Statements stand in the log in the character set of the client that sent them.

/** The platform's decoder: the MariaDB character sets that it is for. latin1 is windows-1252, undefined bytes included. */
const decoderNames: Readonly<Record<string, string>> = {
  'utf-8': 'utf8mb3 utf8mb4 ascii binary',
  'windows-1252': 'latin1',
  'iso-8859-2': 'latin2',
  'iso-8859-7': 'greek',
  'iso-8859-8': 'hebrew',
  'iso-8859-9': 'latin5',
  'iso-8859-13': 'latin7',
  'windows-874': 'tis620',
  'windows-1250': 'cp1250',
  'windows-1251': 'cp1251',
  'windows-1256': 'cp1256',
  'windows-1257': 'cp1257',
  ibm866: 'cp866',
  'koi8-r': 'koi8r',
  'koi8-u': 'koi8u',
  macintosh: 'macroman',
  gbk: 'gbk gb2312',
  big5: 'big5',
  'euc-kr': 'euckr',
  'euc-jp': 'ujis eucjpms',
  shift_jis: 'sjis cp932',
}

const labels = new Map(
  Object.entries(decoderNames).flatMap(([label, charsets]) => charsets.split(' ').map((charset) => [charset, label])),
)
const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

/**
 * The text of a statement. What cannot be decoded becomes U+FFFD: ASCII stands in every client character set where ASCII
 * does, so the words of the statement stay readable, and a name that holds U+FFFD is not trusted later.
 */
export function decodeStatement(bytes: Buffer, charset: string | undefined): string {
  const label = charset === undefined ? undefined : labels.get(charset)
  if (label === 'utf-8') return bytes.toString('utf8')
  if (label === undefined) return bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, '\ufffd')
  let decoder = decoders.get(label)
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true })
    decoders.set(label, decoder)
  }
  return decoder.decode(bytes)
}
