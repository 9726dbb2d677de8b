/** How much of it: pairs of turns, seconds of each turn, and whether what takes hours is wanted too. */
export type Plan = { rounds: number; seconds: number; long: boolean }
