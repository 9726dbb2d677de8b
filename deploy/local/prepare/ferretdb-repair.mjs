// FerretDB 1.24 is the last of its line; what is wrong in it is mended here, and seen to hold by `tests/store/directory.test.ts`.
//
// 1. It reads its directory of databases and collections at the first request. When PostgreSQL or that client went away in the midst of it, what had been read stayed:
//    all other databases were empty until its next start, and every write to them failed. Each client that had waited read it all again, so that this went on for a second.
// 2. A client that went away while its collection was being created left a table without an entry: the collection could never be created again.
export const ferretdbRepair = {
  module: 'github.com/FerretDB/FerretDB',
  files: {
    'internal/backends/postgresql/metadata/registry.go': [
      {
        from: `	dbNames, err := r.initDBs(ctx, p)
	if err != nil {
		return nil, lazyerrors.Error(err)
	}
`,
        to: `	if r.colls != nil {
		return p, nil
	}

	ctx = context.WithoutCancel(ctx)

	dbNames, err := r.initDBs(ctx, p)
	if err != nil {
		return nil, lazyerrors.Error(err)
	}
`,
      },
      {
        from: `		if err = r.initCollections(ctx, dbName, p); err != nil {
			return nil, lazyerrors.Error(err)
`,
        to: `		if err = r.initCollections(ctx, dbName, p); err != nil {
			r.colls = nil
			return nil, lazyerrors.Error(err)
`,
      },
      { from: `	return dbNames, nil\n`, to: `	return dbNames, rows.Err()\n` },
      {
        from: `	dbName, collectionName := params.DBName, params.Name

	_, err := r.databaseGetOrCreate(ctx, p, dbName)
`,
        to: `	dbName, collectionName := params.DBName, params.Name

	ctx = context.WithoutCancel(ctx)

	_, err := r.databaseGetOrCreate(ctx, p, dbName)
`,
      },
      {
        from: `	_, err := r.collectionCreate(ctx, p, &CollectionCreateParams{DBName: dbName, Name: collectionName})
	if err != nil {
		return lazyerrors.Error(err)
	}

	db := r.colls[dbName]
`,
        to: `	ctx = context.WithoutCancel(ctx)

	_, err := r.collectionCreate(ctx, p, &CollectionCreateParams{DBName: dbName, Name: collectionName})
	if err != nil {
		return lazyerrors.Error(err)
	}

	db := r.colls[dbName]
`,
      },
    ],
  },
}
