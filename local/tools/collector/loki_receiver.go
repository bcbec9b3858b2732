package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"google.golang.org/protobuf/encoding/protowire"
)

// The distribution that is deployed has a receiver of Loki's push protocol; its Go module is in no registry. This one
// takes its place: the same name, the same settings (of those, HTTP), and the same result. A line becomes a log record
// whose attributes are the stream's labels and the line's structured metadata.

type lokiConfig struct {
	Protocols struct {
		HTTP confighttp.ServerConfig `mapstructure:"http"`
	} `mapstructure:"protocols"`
	KeepTimestamp bool `mapstructure:"use_incoming_timestamp"`
}

func newLokiReceiverFactory() receiver.Factory {
	defaults := func() component.Config {
		config := &lokiConfig{}
		config.Protocols.HTTP = confighttp.NewDefaultServerConfig()
		config.Protocols.HTTP.NetAddr.Transport = "tcp"
		config.Protocols.HTTP.NetAddr.Endpoint = "localhost:3500"
		return config
	}
	create := func(_ context.Context, settings receiver.Settings, config component.Config, next consumer.Logs) (receiver.Logs, error) {
		report, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
			ReceiverID: settings.ID, Transport: "http", ReceiverCreateSettings: settings,
		})
		return &lokiReceiver{config: config.(*lokiConfig), settings: settings, next: next, report: report}, err
	}
	return receiver.NewFactory(
		component.MustNewType("loki"), defaults, receiver.WithLogs(create, component.StabilityLevelAlpha),
	)
}

type lokiReceiver struct {
	config   *lokiConfig
	settings receiver.Settings
	next     consumer.Logs
	report   *receiverhelper.ObsReport
	server   *http.Server
	serving  sync.WaitGroup
}

func (r *lokiReceiver) Start(ctx context.Context, host component.Host) error {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /loki/api/v1/push", r.push)
	// The body of Loki's protocol is one block of snappy, not the stream that HTTP's content encoding means.
	asIs := func(body io.ReadCloser) (io.ReadCloser, error) { return body, nil }
	server, err := r.config.Protocols.HTTP.ToServer(
		ctx, host.GetExtensions(), r.settings.TelemetrySettings, mux, confighttp.WithDecoder("snappy", asIs),
	)
	if err != nil {
		return err
	}
	listener, err := r.config.Protocols.HTTP.ToListener(ctx)
	if err != nil {
		return err
	}
	r.server = server
	r.serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(err))
		}
	})
	return nil
}

func (r *lokiReceiver) Shutdown(ctx context.Context) error {
	if r.server == nil {
		return nil
	}
	err := r.server.Shutdown(ctx)
	r.serving.Wait()
	return err
}

func (r *lokiReceiver) push(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	add := func(line lokiLine) { r.record(line, records.AppendEmpty()) }
	switch mediaType, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type")); mediaType {
	case "application/json":
		err = parseLokiJSON(body, add)
	case "application/x-protobuf":
		err = parseLokiProtobuf(body, add)
	default:
		http.Error(response, "the content type must be application/json or application/x-protobuf", http.StatusUnsupportedMediaType)
		return
	}
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}

	ctx := r.report.StartLogsOp(request.Context())
	count := records.Len()
	err = r.next.ConsumeLogs(ctx, logs)
	r.report.EndLogsOp(ctx, "loki", count, err)
	switch {
	case err == nil:
		response.WriteHeader(http.StatusNoContent)
	case consumererror.IsPermanent(err):
		http.Error(response, err.Error(), http.StatusBadRequest)
	default:
		http.Error(response, err.Error(), http.StatusServiceUnavailable)
	}
}

type lokiLine struct {
	timestamp time.Time
	text      string
	labels    map[string]string
	metadata  map[string]string
}

func (r *lokiReceiver) record(line lokiLine, record plog.LogRecord) {
	now := pcommon.NewTimestampFromTime(time.Now())
	record.SetObservedTimestamp(now)
	record.SetTimestamp(now)
	if r.config.KeepTimestamp && !line.timestamp.IsZero() {
		record.SetTimestamp(pcommon.NewTimestampFromTime(line.timestamp))
	}
	record.Body().SetStr(line.text)
	for _, attributes := range []map[string]string{line.labels, line.metadata} {
		for name, value := range attributes {
			if !strings.HasPrefix(name, "__") {
				record.Attributes().PutStr(name, value)
			}
		}
	}
}

func parseLokiJSON(body []byte, add func(lokiLine)) error {
	var request struct {
		Streams []struct {
			Stream map[string]string   `json:"stream"`
			Values [][]json.RawMessage `json:"values"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return err
	}
	for _, stream := range request.Streams {
		for _, value := range stream.Values {
			line := lokiLine{labels: stream.Stream}
			var nanoseconds string
			fields := []any{&nanoseconds, &line.text, &line.metadata}
			if len(value) < 2 || len(value) > len(fields) {
				return errors.New("a value must be [timestamp, line] or [timestamp, line, metadata]")
			}
			for i := range value {
				if err := json.Unmarshal(value[i], fields[i]); err != nil {
					return err
				}
			}
			since, err := strconv.ParseInt(nanoseconds, 10, 64)
			if err != nil {
				return fmt.Errorf("a timestamp must be nanoseconds: %w", err)
			}
			line.timestamp = time.Unix(0, since)
			add(line)
		}
	}
	return nil
}

// parseLokiProtobuf reads logproto.PushRequest: streams (1), each with labels (1) and entries (2), each of those with a
// timestamp (1: seconds 1, nanoseconds 2), the line (2) and structured metadata (3: name 1, value 2).
func parseLokiProtobuf(compressed []byte, add func(lokiLine)) error {
	const limitBytes = 64 << 20
	if size, err := snappy.DecodedLen(compressed); err != nil || size > limitBytes {
		return fmt.Errorf("the body is no snappy block of at most %d bytes", limitBytes)
	}
	body, err := snappy.Decode(nil, compressed)
	if err != nil {
		return err
	}
	return eachField(body, func(field protowire.Number, stream []byte, _ uint64) error {
		if field != 1 {
			return nil
		}
		names := map[string]string{}
		var entries [][]byte
		err := eachField(stream, func(field protowire.Number, content []byte, _ uint64) error {
			switch field {
			case 1:
				parsed, err := parser.ParseMetric(string(content))
				parsed.Range(func(label labels.Label) { names[label.Name] = label.Value })
				return err
			case 2:
				entries = append(entries, content)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, entry := range entries {
			line, err := parseLokiEntry(entry)
			if err != nil {
				return err
			}
			line.labels = names
			add(line)
		}
		return nil
	})
}

func parseLokiEntry(entry []byte) (lokiLine, error) {
	line := lokiLine{metadata: map[string]string{}}
	err := eachField(entry, func(field protowire.Number, content []byte, _ uint64) error {
		switch field {
		case 1:
			var parts [3]int64
			err := eachField(content, func(field protowire.Number, _ []byte, number uint64) error {
				if field < 3 {
					parts[field] = int64(number)
				}
				return nil
			})
			line.timestamp = time.Unix(parts[1], parts[2])
			return err
		case 2:
			line.text = string(content)
		case 3:
			var parts [3]string
			err := eachField(content, func(field protowire.Number, content []byte, _ uint64) error {
				if field < 3 {
					parts[field] = string(content)
				}
				return nil
			})
			line.metadata[parts[1]] = parts[2]
			return err
		}
		return nil
	})
	return line, err
}

// eachField visits the fields of a protobuf message: bytes and numbers, other kinds are passed over.
func eachField(message []byte, visit func(field protowire.Number, content []byte, number uint64) error) error {
	for len(message) > 0 {
		field, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		var content []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			content, size = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			number, size = protowire.ConsumeVarint(message)
		default:
			size = protowire.ConsumeFieldValue(field, kind, message)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		if err := visit(field, content, number); err != nil {
			return err
		}
	}
	return nil
}
