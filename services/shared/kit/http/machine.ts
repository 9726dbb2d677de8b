/** One machine: an IPv4 address, or the /64 that an IPv6 provider gives to one. */
export const machineOf = (ip: string): string => {
  const bare = ip.replace(/^::ffff:/i, '')
  if (!bare.includes(':')) return bare
  // Written out, for `::` may stand within the first four groups as well.
  const [head = [], tail = []] = bare.split('::').map(half => half.split(':').filter(Boolean))
  const groups = [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0'), ...tail]
  return groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16)).join(':')
}
