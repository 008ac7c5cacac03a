//go:build keda_2_21

// What differs between the releases of KEDA: v2.21.

package main

import (
	"context"

	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	v2 "k8s.io/api/autoscaling/v2"
)

type building = func() (scalers.Scaler, *scalersconfig.ScalerConfig, error)

func factory(build building) cache.ScalerFactory {
	return func(context.Context) (scalers.Scaler, *scalersconfig.ScalerConfig, error) { return build() }
}

// watchSpecs puts streamed specs into the cache, from where they are then read without a call, as KEDA's operator does.
func watchSpecs(push scalers.PushScaler, held *cache.ScalersCache, tell func([]v2.MetricSpec)) {
	streamer, ok := push.(scalers.MetricSpecStreamer)
	if !ok {
		return
	}
	for specs := range streamer.MetricSpecChan() {
		held.UpdateMetricSpecForScaler(0, specs, held.ScaledObject.UID, held.ScalableObjectGeneration)
		tell(specs)
	}
}
