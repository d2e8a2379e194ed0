/** Something accepted for the sake of old habits, or harmless but surprising; the CLI prints it, nothing stops. */
export interface Notice {
  readonly key: string
  /** One sentence for a person. */
  readonly text: string
  /** The line to write instead, as `"key": "value"`; undefined: the line can be left out or has no better form. */
  readonly replacement: string | undefined
}
