import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  /** User and system time since the process started. */
  readonly cpuSeconds: number
  /** The most memory it ever had resident. */
  readonly peakRssMb: number
}

/** Reads what Linux accounts to a running process. A tick is 10 ms on every Linux that Node runs on. */
export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { cpuSeconds: ticks / 100, peakRssMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 }
}
