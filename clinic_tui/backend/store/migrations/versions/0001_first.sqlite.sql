CREATE TABLE audit (
    chain VARCHAR(96) NOT NULL,
    n BIGINT NOT NULL,
    at VARCHAR(26) NOT NULL,
    object_id VARCHAR(64) NOT NULL,
    action VARCHAR(16) NOT NULL,
    code VARCHAR(40) NOT NULL,
    resident_id VARCHAR(64),
    staff_id VARCHAR(64),
    record TEXT NOT NULL,
    prev_hash VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (chain, n)
);

CREATE INDEX ix_audit_object_id ON audit (object_id);

CREATE TABLE events (
    stream VARCHAR(96) NOT NULL,
    seq BIGINT NOT NULL,
    at VARCHAR(26) NOT NULL,
    payload BLOB NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (stream, seq)
);

CREATE TABLE idempotency (
    subject VARCHAR(80) NOT NULL,
    command_id VARCHAR(36) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    answer BLOB NOT NULL,
    at VARCHAR(26) NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (subject, command_id)
);

CREATE INDEX ix_idempotency_at ON idempotency (at);

CREATE TABLE staff (
    id VARCHAR(64) NOT NULL,
    hsa_id VARCHAR(31) NOT NULL,
    username VARCHAR(80) NOT NULL,
    password_hash TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    display_name TEXT DEFAULT '' NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    mobile TEXT DEFAULT '' NOT NULL,
    disabled BOOLEAN NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT uq_staff_hsa_id UNIQUE (hsa_id),
    CONSTRAINT uq_staff_username UNIQUE (username)
);

CREATE TABLE streams (
    name VARCHAR(96) NOT NULL,
    head BIGINT DEFAULT '0' NOT NULL,
    prev VARCHAR(64),
    hash VARCHAR(64),
    record TEXT,
    CONSTRAINT pk_streams PRIMARY KEY (name)
);

CREATE TABLE units (
    id VARCHAR(64) NOT NULL,
    hsa_id TEXT DEFAULT '' NOT NULL,
    care_provider_id TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    parent_id VARCHAR(64),
    hours TEXT DEFAULT '[]' NOT NULL,
    no_answer_minutes INTEGER DEFAULT '10' NOT NULL,
    no_answer_text TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_units PRIMARY KEY (id),
    CONSTRAINT fk_units_parent_id FOREIGN KEY(parent_id) REFERENCES units (id)
);

CREATE TABLE assignments (
    id VARCHAR(64) NOT NULL,
    staff_id VARCHAR(64) NOT NULL,
    unit_id VARCHAR(64) NOT NULL,
    covers TEXT DEFAULT '[]' NOT NULL,
    role VARCHAR(40) NOT NULL,
    extra TEXT DEFAULT '[]' NOT NULL,
    valid_from VARCHAR(26),
    valid_to VARCHAR(26),
    CONSTRAINT pk_assignments PRIMARY KEY (id),
    CONSTRAINT fk_assignments_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_assignments_unit_id FOREIGN KEY(unit_id) REFERENCES units (id)
);

CREATE INDEX ix_assignments_staff_id ON assignments (staff_id);

CREATE TABLE phrases (
    id VARCHAR(64) NOT NULL,
    scope VARCHAR(8) NOT NULL,
    unit_id VARCHAR(64),
    owner_id VARCHAR(64),
    shortcut TEXT DEFAULT '' NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    category TEXT DEFAULT '' NOT NULL,
    active BOOLEAN NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    CONSTRAINT pk_phrases PRIMARY KEY (id),
    CONSTRAINT fk_phrases_unit_id FOREIGN KEY(unit_id) REFERENCES units (id),
    CONSTRAINT fk_phrases_owner_id FOREIGN KEY(owner_id) REFERENCES staff (id)
);

CREATE INDEX ix_phrases_owner_id ON phrases (owner_id);

CREATE INDEX ix_phrases_unit_id ON phrases (unit_id);

CREATE TABLE residents (
    id VARCHAR(64) NOT NULL,
    person_number VARCHAR(13) NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    birth_date DATE,
    sex VARCHAR(8) DEFAULT 'unknown' NOT NULL,
    protected VARCHAR(10) DEFAULT 'none' NOT NULL,
    listed_unit_id VARCHAR(64),
    mobile TEXT DEFAULT '' NOT NULL,
    language VARCHAR(16) DEFAULT 'sv' NOT NULL,
    CONSTRAINT pk_residents PRIMARY KEY (id),
    CONSTRAINT uq_residents_person_number UNIQUE (person_number),
    CONSTRAINT fk_residents_listed_unit_id FOREIGN KEY(listed_unit_id) REFERENCES units (id)
);

CREATE TABLE cases (
    id VARCHAR(36) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    origin VARCHAR(24) NOT NULL,
    state VARCHAR(24) NOT NULL,
    unit_id VARCHAR(64) NOT NULL,
    queue_role VARCHAR(40) NOT NULL,
    service_code TEXT DEFAULT '' NOT NULL,
    resident_id VARCHAR(64) NOT NULL,
    acting_proxy_id VARCHAR(64),
    acting_proxy TEXT,
    reason TEXT DEFAULT '' NOT NULL,
    priority INTEGER,
    priority_source VARCHAR(16) DEFAULT 'triage' NOT NULL,
    queued_at VARCHAR(26) NOT NULL,
    accepted_at VARCHAR(26),
    started_at VARCHAR(26),
    ended_at VARCHAR(26),
    closed_at VARCHAR(26),
    close_reason VARCHAR(24),
    assignee_id VARCHAR(64),
    assignee_name TEXT DEFAULT '' NOT NULL,
    assignee_title TEXT DEFAULT '' NOT NULL,
    child BOOLEAN NOT NULL,
    from_ticket BOOLEAN NOT NULL,
    free_text BOOLEAN NOT NULL,
    readers TEXT DEFAULT '[]' NOT NULL,
    unread BIGINT DEFAULT '0' NOT NULL,
    message_count BIGINT DEFAULT '0' NOT NULL,
    staff_messages BIGINT DEFAULT '0' NOT NULL,
    last_resident_at VARCHAR(26),
    last_staff_at VARCHAR(26),
    version BIGINT DEFAULT '1' NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    changed_by_id VARCHAR(64),
    changed_by_name TEXT DEFAULT '' NOT NULL,
    changed_by_title TEXT DEFAULT '' NOT NULL,
    changed_at VARCHAR(26),
    CONSTRAINT pk_cases PRIMARY KEY (id),
    CONSTRAINT fk_cases_unit_id FOREIGN KEY(unit_id) REFERENCES units (id),
    CONSTRAINT fk_cases_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id),
    CONSTRAINT fk_cases_acting_proxy_id FOREIGN KEY(acting_proxy_id) REFERENCES residents (id),
    CONSTRAINT fk_cases_assignee_id FOREIGN KEY(assignee_id) REFERENCES staff (id)
);

CREATE INDEX ix_cases_assignee_state ON cases (assignee_id, state);

CREATE INDEX ix_cases_resident_id ON cases (resident_id);

CREATE INDEX ix_cases_unit_state ON cases (unit_id, state);

CREATE TABLE guardians (
    child_id VARCHAR(64) NOT NULL,
    guardian_id VARCHAR(64) NOT NULL,
    CONSTRAINT pk_guardians PRIMARY KEY (child_id, guardian_id),
    CONSTRAINT fk_guardians_child_id FOREIGN KEY(child_id) REFERENCES residents (id),
    CONSTRAINT fk_guardians_guardian_id FOREIGN KEY(guardian_id) REFERENCES residents (id)
);

CREATE TABLE sessions (
    id VARCHAR(36) NOT NULL,
    token_hash VARCHAR(64) NOT NULL,
    subject VARCHAR(80) NOT NULL,
    staff_id VARCHAR(64),
    resident_id VARCHAR(64),
    assignment_id VARCHAR(64),
    created_at VARCHAR(26) NOT NULL,
    expires_at VARCHAR(26) NOT NULL,
    ended_at VARCHAR(26),
    end_reason TEXT DEFAULT '' NOT NULL,
    client TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_sessions_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id),
    CONSTRAINT fk_sessions_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id)
);

CREATE INDEX ix_sessions_subject ON sessions (subject);

CREATE TABLE drafts (
    staff_id VARCHAR(64) NOT NULL,
    case_id VARCHAR(36) NOT NULL,
    kind VARCHAR(8) NOT NULL,
    body TEXT NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    saved_at VARCHAR(26) NOT NULL,
    CONSTRAINT pk_drafts PRIMARY KEY (staff_id, case_id, kind),
    CONSTRAINT fk_drafts_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_drafts_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE INDEX ix_drafts_case_id ON drafts (case_id);

CREATE TABLE interviews (
    case_id VARCHAR(36) NOT NULL,
    history TEXT NOT NULL,
    CONSTRAINT pk_interviews PRIMARY KEY (case_id),
    CONSTRAINT fk_interviews_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE messages (
    id VARCHAR(36) NOT NULL,
    case_id VARCHAR(36) NOT NULL,
    seq BIGINT NOT NULL,
    author VARCHAR(8) NOT NULL,
    author_id TEXT DEFAULT '' NOT NULL,
    author_name TEXT DEFAULT '' NOT NULL,
    author_title TEXT DEFAULT '' NOT NULL,
    body TEXT NOT NULL,
    sent_at VARCHAR(26) NOT NULL,
    delivered_at VARCHAR(26),
    read_at VARCHAR(26),
    phrase_id VARCHAR(64),
    revision BIGINT DEFAULT '1' NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT uq_messages_case_id UNIQUE (case_id, seq),
    CONSTRAINT fk_messages_case_id FOREIGN KEY(case_id) REFERENCES cases (id)
);

CREATE TABLE notes (
    id VARCHAR(36) NOT NULL,
    case_id VARCHAR(36) NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    source VARCHAR(16) NOT NULL,
    signed_by_id VARCHAR(64) NOT NULL,
    signed_by_name TEXT DEFAULT '' NOT NULL,
    signed_by_title TEXT DEFAULT '' NOT NULL,
    signed_at VARCHAR(26) NOT NULL,
    corrects VARCHAR(36),
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_notes PRIMARY KEY (id),
    CONSTRAINT uq_notes_case_id UNIQUE (case_id, number),
    CONSTRAINT fk_notes_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_notes_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES staff (id)
);

CREATE TABLE sms_outbox (
    id VARCHAR(36) NOT NULL,
    case_id VARCHAR(36),
    resident_id VARCHAR(64),
    mobile VARCHAR(20) NOT NULL,
    body TEXT NOT NULL,
    state VARCHAR(12) NOT NULL,
    queued_at VARCHAR(26) NOT NULL,
    sent_at VARCHAR(26),
    attempts INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_sms_outbox PRIMARY KEY (id),
    CONSTRAINT fk_sms_outbox_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
    CONSTRAINT fk_sms_outbox_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id)
);

CREATE INDEX ix_sms_outbox_state ON sms_outbox (state);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'notes is append-only'); END;

CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'notes is append-only'); END;

CREATE TRIGGER messages_no_update BEFORE UPDATE OF id, case_id, seq, body, sent_at, author, author_id, author_name, author_title ON messages BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;

CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;
