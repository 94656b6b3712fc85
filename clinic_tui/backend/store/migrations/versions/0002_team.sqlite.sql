ALTER TABLE staff ADD COLUMN notify TEXT DEFAULT '[]' NOT NULL;

ALTER TABLE units ADD COLUMN exceptions TEXT DEFAULT '[]' NOT NULL;

ALTER TABLE units ADD COLUMN hand_over_minutes INTEGER DEFAULT '15' NOT NULL;

ALTER TABLE units ADD COLUMN async_days INTEGER DEFAULT '10' NOT NULL;

ALTER TABLE units ADD COLUMN meeting_url TEXT DEFAULT '' NOT NULL;

ALTER TABLE units ADD COLUMN keyword_template TEXT DEFAULT '' NOT NULL;

ALTER TABLE units ADD COLUMN revision BIGINT DEFAULT '1' NOT NULL;

CREATE TABLE shifts (
	staff_id VARCHAR(64) NOT NULL,
	unit_id VARCHAR(64) NOT NULL,
	role VARCHAR(40) NOT NULL,
	started_at VARCHAR(26) NOT NULL,
	ended_at VARCHAR(26),
	ends_at VARCHAR(26),
	stated VARCHAR(8) NOT NULL,
	shown VARCHAR(8) NOT NULL,
	since VARCHAR(26) NOT NULL,
	last_seen VARCHAR(26) NOT NULL,
	revision BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_shifts PRIMARY KEY (staff_id, unit_id),
	CONSTRAINT fk_shifts_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
	CONSTRAINT fk_shifts_unit_id FOREIGN KEY(unit_id) REFERENCES units (id)
);

ALTER TABLE cases ADD COLUMN expires_at VARCHAR(26);

ALTER TABLE cases ADD COLUMN reply_allowed BOOLEAN DEFAULT 1 NOT NULL;

ALTER TABLE cases ADD COLUMN parent_id VARCHAR(36);

ALTER TABLE cases ADD COLUMN ticket_id VARCHAR(36);

ALTER TABLE cases ADD COLUMN participants TEXT DEFAULT '[]' NOT NULL;

ALTER TABLE cases ADD COLUMN hand_over TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN priority_before INTEGER;

ALTER TABLE cases ADD COLUMN priority_reason TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN documented_at VARCHAR(26);

ALTER TABLE cases ADD COLUMN starts_at VARCHAR(26);

ALTER TABLE cases ADD COLUMN ends_at VARCHAR(26);

ALTER TABLE cases ADD COLUMN mode TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN booked_id VARCHAR(64);

ALTER TABLE cases ADD COLUMN booked_name TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN booked_title TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN meeting_url TEXT DEFAULT '' NOT NULL;

ALTER TABLE cases ADD COLUMN meeting_since VARCHAR(26);

ALTER TABLE cases ADD COLUMN warned INTEGER DEFAULT '0' NOT NULL;

CREATE INDEX ix_cases_expires_at ON cases (expires_at);

CREATE INDEX ix_cases_offered ON cases (id) WHERE hand_over <> '';

CREATE INDEX ix_cases_starts_at ON cases (starts_at);

CREATE TABLE notices (
	id VARCHAR(36) NOT NULL,
	staff_id VARCHAR(64) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	at VARCHAR(26) NOT NULL,
	case_id VARCHAR(36),
	conversation_id VARCHAR(36),
	resident_id VARCHAR(64),
	who_id VARCHAR(64),
	who_name TEXT DEFAULT '' NOT NULL,
	who_title TEXT DEFAULT '' NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	read_at VARCHAR(26),
	CONSTRAINT pk_notices PRIMARY KEY (id),
	CONSTRAINT fk_notices_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
	CONSTRAINT fk_notices_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id)
);

CREATE INDEX ix_notices_staff_id ON notices (staff_id);

CREATE TABLE conversations (
	id VARCHAR(36) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	case_id VARCHAR(36),
	unit_id VARCHAR(64) NOT NULL,
	role TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	urgent BOOLEAN NOT NULL,
	asked_by_id VARCHAR(64) NOT NULL,
	asked_by_name TEXT DEFAULT '' NOT NULL,
	asked_by_title TEXT DEFAULT '' NOT NULL,
	state VARCHAR(12) NOT NULL,
	started_at VARCHAR(26) NOT NULL,
	last_at VARCHAR(26) NOT NULL,
	last_body TEXT DEFAULT '' NOT NULL,
	count BIGINT DEFAULT '0' NOT NULL,
	revision BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_conversations PRIMARY KEY (id),
	CONSTRAINT fk_conversations_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
	CONSTRAINT fk_conversations_unit_id FOREIGN KEY(unit_id) REFERENCES units (id),
	CONSTRAINT fk_conversations_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES staff (id)
);

CREATE INDEX ix_conversations_case_id ON conversations (case_id);

CREATE INDEX ix_conversations_unit_role ON conversations (unit_id, role);

CREATE TABLE participants (
	case_id VARCHAR(36) NOT NULL,
	staff_id VARCHAR(64) NOT NULL,
	invited_by VARCHAR(64) NOT NULL,
	since VARCHAR(26) NOT NULL,
	CONSTRAINT pk_participants PRIMARY KEY (case_id, staff_id),
	CONSTRAINT fk_participants_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
	CONSTRAINT fk_participants_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
	CONSTRAINT fk_participants_invited_by FOREIGN KEY(invited_by) REFERENCES staff (id)
);

CREATE INDEX ix_participants_staff_id ON participants (staff_id);

ALTER TABLE sms_outbox ADD COLUMN staff_id VARCHAR(64) CONSTRAINT fk_sms_outbox_staff_id REFERENCES staff (id);

ALTER TABLE sms_outbox ADD COLUMN gateway_id VARCHAR(80);

ALTER TABLE sms_outbox ADD COLUMN next_at VARCHAR(26);

ALTER TABLE sms_outbox ADD COLUMN fault TEXT DEFAULT '' NOT NULL;

ALTER TABLE sms_outbox ADD COLUMN kind TEXT DEFAULT '' NOT NULL;

CREATE INDEX ix_sms_outbox_gateway_id ON sms_outbox (gateway_id);

CREATE TABLE tickets (
	id VARCHAR(36) NOT NULL,
	resident_id VARCHAR(64) NOT NULL,
	unit_id VARCHAR(64) NOT NULL,
	role VARCHAR(40) NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	issuer_id VARCHAR(64) NOT NULL,
	issuer_name TEXT DEFAULT '' NOT NULL,
	issuer_title TEXT DEFAULT '' NOT NULL,
	issuer_unit_id VARCHAR(64) NOT NULL,
	source_case_id VARCHAR(36),
	issued_at VARCHAR(26) NOT NULL,
	valid_until VARCHAR(26) NOT NULL,
	state VARCHAR(12) NOT NULL,
	ended_at VARCHAR(26),
	redeemed_case_id VARCHAR(36),
	revision BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_tickets PRIMARY KEY (id),
	CONSTRAINT fk_tickets_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_tickets_unit_id FOREIGN KEY(unit_id) REFERENCES units (id),
	CONSTRAINT fk_tickets_issuer_id FOREIGN KEY(issuer_id) REFERENCES staff (id),
	CONSTRAINT fk_tickets_issuer_unit_id FOREIGN KEY(issuer_unit_id) REFERENCES units (id),
	CONSTRAINT fk_tickets_source_case_id FOREIGN KEY(source_case_id) REFERENCES cases (id),
	CONSTRAINT fk_tickets_redeemed_case_id FOREIGN KEY(redeemed_case_id) REFERENCES cases (id)
);

CREATE INDEX ix_tickets_issuer_id ON tickets (issuer_id);

CREATE INDEX ix_tickets_resident_id ON tickets (resident_id);

CREATE INDEX ix_tickets_valid_until ON tickets (valid_until);

CREATE UNIQUE INDEX uq_tickets_open ON tickets (resident_id, unit_id, role) WHERE state = 'issued';

CREATE TABLE conversation_members (
	conversation_id VARCHAR(36) NOT NULL,
	staff_id VARCHAR(64) NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	read BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_conversation_members PRIMARY KEY (conversation_id, staff_id),
	CONSTRAINT fk_conversation_members_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id),
	CONSTRAINT fk_conversation_members_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);

CREATE INDEX ix_conversation_members_staff_id ON conversation_members (staff_id);

CREATE TABLE staff_messages (
	id VARCHAR(36) NOT NULL,
	conversation_id VARCHAR(36) NOT NULL,
	seq BIGINT NOT NULL,
	author_id VARCHAR(64) NOT NULL,
	author_name TEXT DEFAULT '' NOT NULL,
	author_title TEXT DEFAULT '' NOT NULL,
	body TEXT NOT NULL,
	sent_at VARCHAR(26) NOT NULL,
	CONSTRAINT pk_staff_messages PRIMARY KEY (id),
	CONSTRAINT uq_staff_messages_conversation_id UNIQUE (conversation_id, seq),
	CONSTRAINT fk_staff_messages_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id),
	CONSTRAINT fk_staff_messages_author_id FOREIGN KEY(author_id) REFERENCES staff (id)
);

CREATE TABLE verifications (
	id VARCHAR(36) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	state VARCHAR(12) NOT NULL,
	unit_id VARCHAR(64) NOT NULL,
	case_id VARCHAR(36),
	note_id VARCHAR(36),
	resident_id VARCHAR(64),
	asked_by_id VARCHAR(64),
	asked_by_name TEXT DEFAULT '' NOT NULL,
	asked_by_title TEXT DEFAULT '' NOT NULL,
	asked_of_id VARCHAR(64),
	asked_of_name TEXT DEFAULT '' NOT NULL,
	asked_of_title TEXT DEFAULT '' NOT NULL,
	asked_at VARCHAR(26) NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	comment TEXT DEFAULT '' NOT NULL,
	decided_by_id VARCHAR(64),
	decided_by_name TEXT DEFAULT '' NOT NULL,
	decided_by_title TEXT DEFAULT '' NOT NULL,
	decided_at VARCHAR(26),
	revision BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_verifications PRIMARY KEY (id),
	CONSTRAINT fk_verifications_unit_id FOREIGN KEY(unit_id) REFERENCES units (id),
	CONSTRAINT fk_verifications_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
	CONSTRAINT fk_verifications_note_id FOREIGN KEY(note_id) REFERENCES notes (id),
	CONSTRAINT fk_verifications_resident_id FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_verifications_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES staff (id),
	CONSTRAINT fk_verifications_asked_of_id FOREIGN KEY(asked_of_id) REFERENCES staff (id),
	CONSTRAINT fk_verifications_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES staff (id)
);

CREATE INDEX ix_verifications_case_id ON verifications (case_id);

CREATE INDEX ix_verifications_unit_state ON verifications (unit_id, state);

CREATE INDEX ix_audit_resident_id ON audit (resident_id);

CREATE TRIGGER staff_messages_no_update BEFORE UPDATE ON staff_messages BEGIN SELECT RAISE(ABORT, 'staff_messages is append-only'); END;

CREATE TRIGGER staff_messages_no_delete BEFORE DELETE ON staff_messages BEGIN SELECT RAISE(ABORT, 'staff_messages is append-only'); END;
