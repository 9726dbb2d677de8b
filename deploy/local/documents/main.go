// The document store of the local runtime: FerretDB on PostgreSQL, with the indexes that make equality filters look-ups.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed indexes.sql
var indexes string

func main() {
	listen := flag.String("listen", "127.0.0.1:6392", "address for MongoDB clients")
	postgres := flag.String("postgres", "", "PostgreSQL connection string")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *postgres); err != nil {
		fmt.Fprintln(os.Stderr, "documents:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, listen, postgres string) error {
	if err := installIndexes(ctx, postgres); err != nil {
		return err
	}
	store, err := ferretdb.New(&ferretdb.Config{
		Listener:      ferretdb.ListenerConfig{TCP: listen},
		Handler:       "postgresql",
		PostgreSQLURL: postgres,
		Logger:        slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	return store.Run(ctx)
}

// installIndexes waits for PostgreSQL, which may still be recovering, and installs the trigger.
func installIndexes(ctx context.Context, postgres string) error {
	config, err := pgxpool.ParseConfig(postgres)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		connection, err := pgx.ConnectConfig(ctx, config.ConnConfig)
		if err == nil {
			defer connection.Close(ctx)
			_, err = connection.Exec(ctx, indexes)
			return err
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}
