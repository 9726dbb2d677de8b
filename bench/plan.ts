/** How much of it: pairs of turns, seconds of each turn, whether what takes long is wanted too, and how many minutes memory is then watched (else 0). */
export type Plan = { rounds: number; seconds: number; long: boolean; longMinutes: number }
