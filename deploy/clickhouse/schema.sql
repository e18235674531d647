-- The audit logs of all nodes in one table. Each statement may be run again.
--
-- A writer inserts only `line`, a record's JSON line. ClickHouse derives all other columns from it, so no writer can insert a
-- column that contradicts its line. A field that a line does not have is NULL.
--
-- Lines that are sent again are equal to the first, byte for byte, and have one `line_hash`: FINAL and background merges keep one
-- row. A line with the same node, instance and seq but other contents stays beside the first, because it is evidence.
CREATE TABLE IF NOT EXISTS imds_audit
(
    line String CODEC(ZSTD(3)),

    record Tuple(
        ts String, kind String, event Nullable(String), id Nullable(String),
        cluster Nullable(String), node Nullable(String), instance Nullable(String), seq UInt64, prev String,
        verdict Nullable(String), reason Nullable(String), rule Nullable(String), quiet Bool, mode Nullable(String),
        policyRevision Nullable(String), revision Nullable(String), previousRevision Nullable(String),
        cause Nullable(String), `by` Nullable(String), count Nullable(UInt64), cut Bool, ms Nullable(Float64),
        namespace Nullable(String), pod Nullable(String), uid Nullable(String), serviceAccount Nullable(String), owner Nullable(String),
        caller Tuple(
            ip Nullable(String), interface Nullable(String), kind Nullable(String), evidence Nullable(String), unit Nullable(String), namespace Nullable(String), pod Nullable(String),
            uid Nullable(String), serviceAccount Nullable(String), owner Nullable(String)),
        request Tuple(
            method Nullable(String), path Nullable(String), rawTarget Nullable(String), error Nullable(String), apiVersion Nullable(String),
            resource Nullable(String), probe Bool, userAgent Nullable(String), eventIds Array(String),
            selector Tuple(kind Nullable(String), value Nullable(String))),
        response Tuple(status UInt16, bytes Nullable(UInt64)),
        issued Tuple(
            identity Nullable(String), clientId Nullable(String), resource Nullable(String), audience Nullable(String), expiresOn String,
            tokenId Nullable(String)),
        returned Tuple(clientId Nullable(String), resource Nullable(String), audience Nullable(String)),
        summary Tuple(count UInt64),
        upstream Tuple(status UInt16, ms Nullable(Float64), cached Bool)
    ) EPHEMERAL JSONExtract(line, 'Tuple(ts String, kind String, event Nullable(String), id Nullable(String), cluster Nullable(String), node Nullable(String), instance Nullable(String), seq UInt64, prev String, verdict Nullable(String), reason Nullable(String), rule Nullable(String), quiet Bool, mode Nullable(String), policyRevision Nullable(String), revision Nullable(String), previousRevision Nullable(String), cause Nullable(String), `by` Nullable(String), count Nullable(UInt64), cut Bool, ms Nullable(Float64), namespace Nullable(String), pod Nullable(String), uid Nullable(String), serviceAccount Nullable(String), owner Nullable(String), caller Tuple(ip Nullable(String), interface Nullable(String), kind Nullable(String), evidence Nullable(String), unit Nullable(String), namespace Nullable(String), pod Nullable(String), uid Nullable(String), serviceAccount Nullable(String), owner Nullable(String)), request Tuple(method Nullable(String), path Nullable(String), rawTarget Nullable(String), error Nullable(String), apiVersion Nullable(String), resource Nullable(String), probe Bool, userAgent Nullable(String), eventIds Array(String), selector Tuple(kind Nullable(String), value Nullable(String))), response Tuple(status UInt16, bytes Nullable(UInt64)), issued Tuple(identity Nullable(String), clientId Nullable(String), resource Nullable(String), audience Nullable(String), expiresOn String, tokenId Nullable(String)), returned Tuple(clientId Nullable(String), resource Nullable(String), audience Nullable(String)), summary Tuple(count UInt64), upstream Tuple(status UInt16, ms Nullable(Float64), cached Bool))'),

    ts DateTime64(7, 'UTC') MATERIALIZED parseDateTime64BestEffortOrZero(tupleElement(record, 'ts'), 7, 'UTC') CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String) MATERIALIZED tupleElement(record, 'kind'),
    event LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'event'),
    id Nullable(String) MATERIALIZED tupleElement(record, 'id') CODEC(ZSTD(1)),

    cluster LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'cluster'),
    node LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'node'),
    instance LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'instance'),
    seq UInt64 MATERIALIZED tupleElement(record, 'seq') CODEC(Delta, ZSTD(1)),

    verdict LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'verdict'),
    reason LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'reason'),
    rule LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'rule'),
    quiet Bool MATERIALIZED tupleElement(record, 'quiet'),
    mode LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'mode'),
    revision LowCardinality(Nullable(String)) MATERIALIZED coalesce(tupleElement(record, 'policyRevision'), tupleElement(record, 'revision')),
    previous_revision LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'previousRevision'),
    cause LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'cause'),
    lost_by LowCardinality(Nullable(String)) MATERIALIZED tupleElement(record, 'by'),
    count Nullable(UInt64) MATERIALIZED tupleElement(record, 'count'),
    cut Bool MATERIALIZED tupleElement(record, 'cut'),

    -- The event pod-seen names its pod at the top. The sorting key takes no NULL, so a namespace may be empty.
    namespace LowCardinality(String) MATERIALIZED coalesce(tupleElement(tupleElement(record, 'caller'), 'namespace'), tupleElement(record, 'namespace'), ''),
    pod Nullable(String) MATERIALIZED coalesce(tupleElement(tupleElement(record, 'caller'), 'pod'), tupleElement(record, 'pod')) CODEC(ZSTD(1)),
    uid Nullable(String) MATERIALIZED coalesce(tupleElement(tupleElement(record, 'caller'), 'uid'), tupleElement(record, 'uid')) CODEC(ZSTD(1)),
    service_account LowCardinality(Nullable(String)) MATERIALIZED coalesce(tupleElement(tupleElement(record, 'caller'), 'serviceAccount'), tupleElement(record, 'serviceAccount')),
    owner LowCardinality(Nullable(String)) MATERIALIZED coalesce(tupleElement(tupleElement(record, 'caller'), 'owner'), tupleElement(record, 'owner')),
    ip Nullable(String) MATERIALIZED tupleElement(tupleElement(record, 'caller'), 'ip') CODEC(ZSTD(1)),
    interface LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'caller'), 'interface'),
    caller_kind LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'caller'), 'kind'),
    evidence LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'caller'), 'evidence'),
    unit LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'caller'), 'unit'),

    method LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'method'),
    path LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'path'),
    raw_target Nullable(String) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'rawTarget') CODEC(ZSTD(1)),
    error LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'error'),
    api_version LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'apiVersion'),
    requested_resource LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'resource'),
    selector_kind LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(tupleElement(record, 'request'), 'selector'), 'kind'),
    selector LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(tupleElement(record, 'request'), 'selector'), 'value'),
    probe Bool MATERIALIZED tupleElement(tupleElement(record, 'request'), 'probe'),
    user_agent LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'userAgent'),
    event_ids Array(String) MATERIALIZED tupleElement(tupleElement(record, 'request'), 'eventIds'),

    -- 0 if there was no response.
    status UInt16 MATERIALIZED tupleElement(tupleElement(record, 'response'), 'status'),
    bytes Nullable(UInt64) MATERIALIZED tupleElement(tupleElement(record, 'response'), 'bytes'),

    issued Bool MATERIALIZED JSONType(line, 'issued') = 'Object',
    identity LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'issued'), 'identity'),
    issued_client_id LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'issued'), 'clientId'),
    issued_resource LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'issued'), 'resource'),
    audience LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'issued'), 'audience'),
    -- 1970 if the credential has no known expiry, or if there is no credential.
    expires DateTime('UTC') MATERIALIZED parseDateTimeBestEffortOrZero(tupleElement(tupleElement(record, 'issued'), 'expiresOn'), 'UTC') CODEC(Delta, ZSTD(1)),
    token_id Nullable(String) MATERIALIZED tupleElement(tupleElement(record, 'issued'), 'tokenId') CODEC(ZSTD(1)),
    returned_client_id LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'returned'), 'clientId'),
    returned_resource LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'returned'), 'resource'),
    returned_audience LowCardinality(Nullable(String)) MATERIALIZED tupleElement(tupleElement(record, 'returned'), 'audience'),

    -- A summary's number of requests; otherwise 0.
    summed UInt64 MATERIALIZED tupleElement(tupleElement(record, 'summary'), 'count') CODEC(T64, ZSTD(1)),
    -- The requests that the line stands for: sum this instead of counting rows.
    requests UInt64 MATERIALIZED greatest(1, tupleElement(tupleElement(record, 'summary'), 'count')) CODEC(T64, ZSTD(1)),
    upstream_status UInt16 MATERIALIZED tupleElement(tupleElement(record, 'upstream'), 'status'),
    upstream_ms Nullable(Float64) MATERIALIZED tupleElement(tupleElement(record, 'upstream'), 'ms') CODEC(ZSTD(1)),
    cached Bool MATERIALIZED tupleElement(tupleElement(record, 'upstream'), 'cached'),
    ms Nullable(Float64) MATERIALIZED tupleElement(record, 'ms') CODEC(ZSTD(1)),

    inserted DateTime64(3, 'UTC') MATERIALIZED now64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    -- The first 64 bits of the line's SHA-256 and of `prev`, the SHA-256 of the line before it in its chain.
    line_hash UInt64 MATERIALIZED reinterpretAsUInt64(SHA256(line)) CODEC(NONE),
    prev_hash UInt64 MATERIALIZED reinterpretAsUInt64(unhex(left(tupleElement(record, 'prev'), 16))) CODEC(LZ4),

    INDEX pods pod TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX tokens token_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ids id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(ts)
ORDER BY (toStartOfHour(ts), namespace, ts, line_hash)
TTL toDateTime(ts) + INTERVAL 90 DAY
-- A day is merged to one part when it is over. Then FINAL costs nothing. A search that finds a few lines decompresses a granule for each,
-- so granules are small.
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1;

-- The table into which the collector's ClickHouse exporter inserts. It keeps nothing: the view below passes the lines on.
CREATE TABLE IF NOT EXISTS otel_logs
(
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    TraceFlags UInt8,
    SeverityText LowCardinality(String),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String,
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String,
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String),
    EventName String
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS imds_audit_from_otel TO imds_audit AS
SELECT Body AS line FROM otel_logs WHERE ServiceName = 'imds-proxy';
