// daprd with the components of the local sets and no others: the first start compiles a quarter fewer packages, and the largest ones are among them.
// Other sets run on a released Dapr, which has all of them; where one is installed it is found first.
package main

import (
	"github.com/dapr/components-contrib/nameresolution/mdns"
	"github.com/dapr/components-contrib/pubsub/kafka"
	pubsubRedis "github.com/dapr/components-contrib/pubsub/redis"
	"github.com/dapr/components-contrib/secretstores/local/file"
	stateRedis "github.com/dapr/components-contrib/state/redis"
	"github.com/dapr/dapr/cmd/daprd/app"
	nameresolutions "github.com/dapr/dapr/pkg/components/nameresolution"
	pubsubs "github.com/dapr/dapr/pkg/components/pubsub"
	secrets "github.com/dapr/dapr/pkg/components/secretstores"
	states "github.com/dapr/dapr/pkg/components/state"
)

func main() {
	nameresolutions.DefaultRegistry.RegisterComponent(mdns.NewResolver, "mdns")
	pubsubs.DefaultRegistry.RegisterComponent(pubsubRedis.NewRedisStreams, "redis")
	pubsubs.DefaultRegistry.RegisterComponent(kafka.NewKafka, "kafka")
	states.DefaultRegistry.RegisterComponent(stateRedis.NewRedisStateStore, "redis")
	secrets.DefaultRegistry.RegisterComponent(file.NewLocalSecretStore, "local.file")
	app.Run()
}
