/** The name of an XA transaction. */
export interface XaId {
  readonly formatId: number
  readonly global: Buffer
  readonly branch: Buffer
}

/** As the server writes it in its statements: `X'786131',X'6271',7`. Equal ids have equal texts. */
export function formatXaId(id: XaId): string {
  return `X'${id.global.toString('hex')}',X'${id.branch.toString('hex')}',${id.formatId}`
}
