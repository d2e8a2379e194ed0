const reference = /\$\{[\w.-]+:[^}]*\}/

/** Whether a value, or a part of it, is kept elsewhere (`${env:X}`), so that it cannot be checked here. */
export function hasReference(value: string): boolean {
  return reference.test(value)
}
