const once = (work: () => unknown): number => {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

/**
 * Milliseconds of processor time that a synchronous piece of work takes, the least of three turns: how full the machine is, and what is
 * compiled or collected in the first turn, say nothing about the work.
 */
export const processorTime = (work: () => unknown): number => Math.min(once(work), once(work), once(work))
