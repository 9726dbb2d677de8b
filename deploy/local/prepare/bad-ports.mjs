// Ports that browsers and fetch refuse: https://fetch.spec.whatwg.org/#port-blocking, as far as an offset can lead there. Runs without node_modules.
export const badPorts = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]
/** What is asked over HTTP, at offset 0: mails, gateway and services, their sidecars, the health of Sentry, Placement and Scheduler. */
export const httpPorts = [
  1080, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3500, 3501, 3502, 3503, 3504, 3505, 3506, 8180, 8181, 8182,
]

/** The port that an offset moves to where nothing can be asked, if there is one. */
export const badPortAt = offset => httpPorts.map(port => port + offset).find(port => badPorts.includes(port))
