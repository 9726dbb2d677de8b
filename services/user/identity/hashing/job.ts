/** Cost of argon2id (the library's default); OWASP's floor is 19 MiB, 2 passes, 1 lane. */
export type HashCost = { memoryCost: number; timeCost: number; parallelism: number }
/** What the hashing process is asked: a new hash of a password, or whether a stored one is its hash. */
export type Job = { id: number; password: string } & ({ cost: HashCost } | { stored: string })
