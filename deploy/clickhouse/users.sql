-- The writer may only insert, and the auditor only read. Replace the passwords.
CREATE USER IF NOT EXISTS imds_writer IDENTIFIED BY 'CHANGE-ME-1';
GRANT INSERT ON otel_logs TO imds_writer;
CREATE USER IF NOT EXISTS imds_auditor IDENTIFIED BY 'CHANGE-ME-2' SETTINGS readonly = 1, max_execution_time = 60, cancel_http_readonly_queries_on_client_close = 1;
GRANT SELECT ON imds_audit TO imds_auditor;
