import type { Output } from './output.ts'

/** What a command did, line by line for a person and as one list at the end for a program. */
export interface Steps {
  /** `subject: text` */
  did(subject: string, text: string): void
  readonly list: readonly { readonly subject: string; readonly did: string }[]
}

export function createSteps(output: Output): Steps {
  const list: { subject: string; did: string }[] = []
  return {
    list,
    did(subject, text) {
      list.push({ subject, did: text })
      output.line(`${subject}: ${text}`)
    },
  }
}
