// Command kedaclient is KEDA's own client of external scalers, driven from outside: one JSON object a line on standard
// input gives a command, one on standard output its answer. What its streams bring comes as lines without an "id".
//
// It links KEDA's packages as they are released, so that what a test sees of a scaler is what KEDA would see of it:
// the pooled connection, the names and numbers KEDA makes of an answer, and the second attempt after a failure.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr/funcr"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	v2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/metrics/pkg/apis/external_metrics"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

const lineBytesMax = 1 << 20

// command is a line of standard input. Do is one of new, spec, spec-cached, metrics, metrics-cached, run, stop, close.
// Those with "cached" go through the cache of KEDA's scale loop, which tries a failed call once more.
type command struct {
	ID     int    `json:"id"`
	Do     string `json:"do"`
	Scaler string `json:"scaler"`
	// Of new: the trigger as a ScaledObject would have it.
	Push      bool              `json:"push"`
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Index     int               `json:"index"`
	Metadata  map[string]string `json:"metadata"`
	Env       map[string]string `json:"env"`
	Auth      map[string]string `json:"auth"`
	// Of metrics: the name as the HPA has it, with KEDA's prefix.
	Metric string `json:"metric"`
	// Zero gives a call no deadline, as on KEDA's own polls.
	TimeoutMs int `json:"timeoutMs"`
}

// line is a line of standard output: the answer to a command, or an event of a stream.
type line struct {
	ID     int      `json:"id,omitempty"`
	Scaler string   `json:"scaler,omitempty"`
	Event  string   `json:"event,omitempty"`
	Active *bool    `json:"active,omitempty"`
	Specs  []metric `json:"specs,omitempty"`
	Values []metric `json:"values,omitempty"`
	Error  string   `json:"error,omitempty"`
}

// metric is a name with a quantity as Kubernetes writes it: of a spec its target, of an answer its value.
type metric struct {
	Name     string `json:"name"`
	Quantity string `json:"quantity"`
	Kind     string `json:"kind,omitempty"`
}

// trigger is one trigger of a ScaledObject, in a cache of its own as in KEDA's scale loop.
type trigger struct {
	name  string
	cache *cache.ScalersCache
	stop  context.CancelFunc
}

type client struct {
	writing  sync.Mutex
	out      *json.Encoder
	lock     sync.Mutex
	triggers map[string]*trigger
}

func main() {
	logf.SetLogger(funcr.New(func(_, text string) { fmt.Fprintln(os.Stderr, text) }, funcr.Options{Verbosity: 1}))
	c := &client{out: json.NewEncoder(os.Stdout), triggers: map[string]*trigger{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var cmd command
		if err := json.Unmarshal(lines.Bytes(), &cmd); err != nil {
			fmt.Fprintln(os.Stderr, "not a command:", err)
			os.Exit(2)
		}
		go c.answer(cmd)
	}
}

func (c *client) write(l line) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.out.Encode(l); err != nil {
		os.Exit(3)
	}
}

func (c *client) answer(cmd command) {
	l, err := c.do(cmd)
	l.ID = cmd.ID
	if err != nil {
		l.Error = err.Error()
	}
	c.write(l)
}

func (c *client) do(cmd command) (line, error) {
	if cmd.Do == "new" {
		return line{}, c.add(cmd)
	}
	t, err := c.trigger(cmd.Scaler)
	if err != nil {
		return line{}, err
	}
	ctx := context.Background()
	if cmd.TimeoutMs > 0 {
		limited, cancel := context.WithTimeout(ctx, time.Duration(cmd.TimeoutMs)*time.Millisecond)
		defer cancel()
		ctx = limited
	}
	switch cmd.Do {
	case "spec":
		return line{Specs: fromSpecs(t.scaler().GetMetricSpecForScaling(ctx))}, nil
	case "spec-cached":
		specs, err := t.cache.GetMetricSpecForScalingForScaler(ctx, 0)
		return line{Specs: fromSpecs(specs)}, err
	case "metrics":
		values, active, err := t.scaler().GetMetricsAndActivity(ctx, cmd.Metric)
		return line{Values: fromValues(values), Active: &active}, err
	case "metrics-cached":
		values, active, _, err := t.cache.GetMetricsAndActivityForScaler(ctx, 0, cmd.Metric)
		return line{Values: fromValues(values), Active: &active}, err
	case "run":
		return line{}, c.run(t)
	case "stop":
		t.stop()
		return line{}, nil
	case "close":
		t.stop()
		t.cache.Close(ctx)
		return line{}, nil
	}
	return line{}, fmt.Errorf("unknown command %q", cmd.Do)
}

func (c *client) add(cmd command) error {
	config := &scalersconfig.ScalerConfig{
		ScalableObjectName:      cmd.Name,
		ScalableObjectNamespace: cmd.Namespace,
		ScalableObjectType:      "ScaledObject",
		TriggerType:             "external",
		TriggerIndex:            cmd.Index,
		TriggerMetadata:         cmd.Metadata,
		ResolvedEnv:             cmd.Env,
		AuthParams:              cmd.Auth,
	}
	build := func() (scalers.Scaler, *scalersconfig.ScalerConfig, error) {
		if cmd.Push {
			scaler, err := scalers.NewExternalPushScaler(config)
			return scaler, config, err
		}
		scaler, err := scalers.NewExternalScaler(config)
		return scaler, config, err
	}
	scaler, _, err := build()
	if err != nil {
		return err
	}
	owner := &kedav1alpha1.ScaledObject{ObjectMeta: metav1.ObjectMeta{
		Name: cmd.Name, Namespace: cmd.Namespace, UID: types.UID(cmd.Scaler),
	}}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.triggers[cmd.Scaler] = &trigger{name: cmd.Scaler, stop: func() {}, cache: &cache.ScalersCache{
		ScaledObject: owner,
		Scalers:      []cache.ScalerBuilder{{Scaler: scaler, ScalerConfig: *config, Factory: factory(build)}},
	}}
	return nil
}

func (c *client) trigger(name string) (*trigger, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if t, ok := c.triggers[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("no scaler %q", name)
}

// scaler returns the one in use; the cache puts another in its place after a failed call.
func (t *trigger) scaler() scalers.Scaler {
	all, _ := t.cache.GetScalers()
	return all[0]
}

// run holds the streams of a push trigger open until stop, and writes what they bring.
func (c *client) run(t *trigger) error {
	push, ok := t.scaler().(scalers.PushScaler)
	if !ok {
		return errors.New("not a push scaler")
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.stop = cancel
	active := make(chan bool)
	go push.Run(ctx, active)
	go func() {
		for value := range active {
			c.write(line{Scaler: t.name, Event: "active", Active: &value})
		}
		c.write(line{Scaler: t.name, Event: "stopped"})
	}()
	go watchSpecs(push, t.cache, func(specs []v2.MetricSpec) {
		c.write(line{Scaler: t.name, Event: "specs", Specs: fromSpecs(specs)})
	})
	return nil
}

func fromSpecs(specs []v2.MetricSpec) []metric {
	metrics := make([]metric, 0, len(specs))
	for _, spec := range specs {
		target := spec.External.Target
		quantity := target.AverageValue
		if quantity == nil {
			quantity = target.Value
		}
		metrics = append(metrics, metric{spec.External.Metric.Name, quantity.String(), string(target.Type)})
	}
	return metrics
}

func fromValues(values []external_metrics.ExternalMetricValue) []metric {
	metrics := make([]metric, 0, len(values))
	for _, value := range values {
		metrics = append(metrics, metric{Name: value.MetricName, Quantity: value.Value.String()})
	}
	return metrics
}
