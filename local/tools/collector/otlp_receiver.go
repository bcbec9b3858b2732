package main

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
)

// An OTLP receiver is one server for all signals, and this version of the Collector starts it with the first of its pipelines,
// while the queues of the others are still being opened: what is acknowledged then can be lost. From 0.156 on receivers start
// last (open-telemetry/opentelemetry-collector#15495); this one starts with the last of its pipelines.

func newOtlpReceiverFactory() receiver.Factory {
	otlp := otlpreceiver.NewFactory()
	servers := map[component.Config]*otlpServer{}
	serverOf := func(config component.Config) *otlpServer {
		if servers[config] == nil {
			servers[config] = &otlpServer{}
		}
		return servers[config]
	}
	return receiver.NewFactory(
		otlp.Type(), otlp.CreateDefaultConfig,
		receiver.WithTraces(func(ctx context.Context, settings receiver.Settings, config component.Config, next consumer.Traces) (receiver.Traces, error) {
			signal, err := otlp.CreateTraces(ctx, settings, config, next)
			return serverOf(config).receive(signal), err
		}, otlp.TracesStability()),
		receiver.WithMetrics(func(ctx context.Context, settings receiver.Settings, config component.Config, next consumer.Metrics) (receiver.Metrics, error) {
			signal, err := otlp.CreateMetrics(ctx, settings, config, next)
			return serverOf(config).receive(signal), err
		}, otlp.MetricsStability()),
		receiver.WithLogs(func(ctx context.Context, settings receiver.Settings, config component.Config, next consumer.Logs) (receiver.Logs, error) {
			signal, err := otlp.CreateLogs(ctx, settings, config, next)
			return serverOf(config).receive(signal), err
		}, otlp.LogsStability()),
	)
}

// otlpServer is what the receivers of one configuration share.
type otlpServer struct {
	mutex sync.Mutex
	// Receivers whose pipeline is not up yet.
	absent int
	// Starts those whose pipeline is.
	starts []func() error
}

func (server *otlpServer) receive(signal component.Component) *signalReceiver {
	server.absent++
	return &signalReceiver{Component: signal, server: server}
}

// signalReceiver is the receiver of one signal.
type signalReceiver struct {
	component.Component
	server *otlpServer
}

func (one *signalReceiver) Start(ctx context.Context, host component.Host) error {
	one.server.mutex.Lock()
	defer one.server.mutex.Unlock()
	one.server.absent--
	one.server.starts = append(one.server.starts, func() error { return one.Component.Start(ctx, host) })
	if one.server.absent > 0 {
		return nil
	}
	for _, start := range one.server.starts {
		if err := start(); err != nil {
			return err
		}
	}
	return nil
}
