//go:build !keda_2_21

// What differs between the releases of KEDA: v2.20.

package main

import (
	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	v2 "k8s.io/api/autoscaling/v2"
)

type building = func() (scalers.Scaler, *scalersconfig.ScalerConfig, error)

func factory(build building) building { return build }

// watchSpecs does nothing: this release never opens StreamMetricSpec.
func watchSpecs(scalers.PushScaler, *cache.ScalersCache, func([]v2.MetricSpec)) {}
