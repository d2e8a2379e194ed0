// What the demo's applications do: for each database a few kinds of transactions, as SQL with gaps.
// {5-9}: a number of that range, {new}: a number never used before, {far}: one that AUTO_INCREMENT, which goes on behind
// the largest value, does not come to either, {text}: words in some script, {money}: an amount,
// {date}, {bytes}: as they say. The same gap name within one transaction gives a fresh value each time, except
// {a} and {b}, which keep theirs.

export const workloadStatements: Readonly<Record<string, readonly (readonly string[])[]>> = {
  trading: [
    [
      "INSERT INTO T_DEAL (reference, customer_id, carrier_id, status, price, containers, pickup_date, agreed_at, urgent, terms, remark) VALUES (UUID(), {1-4000}, {1-200}, {1-6}, {money}, {1-30}, {date}, NOW(6), {0-1}, JSON_OBJECT('days', {1-60}, 'note', {text}), {text})",
      'SET @deal = LAST_INSERT_ID()',
      "INSERT INTO T_DEAL_LEG VALUES (@deal, 1, 'DEHAM', 'CNSHA', 9000001, NOW(), {money}), (@deal, 2, 'CNSHA', 'JPYOK', NULL, NULL, {money})",
      "INSERT INTO T_DEAL_STATUS_HISTORY (deal_id, status, changed_at, changed_by) VALUES (@deal, 'offered', NOW(6), {text})",
    ],
    [
      'UPDATE T_DEAL SET status = {1-6}, price = price + {money}, urgent = NOT urgent, remark = {text} WHERE id = {1-25000}',
      'UPDATE T_CARRIER SET credit_limit = {money}, active = {0-1}, modes = {0-15} WHERE id = {1-200}',
    ],
    ['DELETE FROM T_DEAL_LEG WHERE deal_id = {1-15000}', 'DELETE FROM T_DEAL WHERE id = {20000-25000}'],
    [
      'SAVEPOINT before_price',
      'UPDATE T_DEAL SET price = 0 WHERE id BETWEEN {a} AND {a} + 20',
      'ROLLBACK TO SAVEPOINT before_price',
      'INSERT INTO T_DEAL_NOTE (deal_id, body, pinned) VALUES ({a}, {text}, {0-1})',
    ],
    ['UPDATE T_DEAL_NOTE SET id = {far} WHERE id = {1-2000}'],
    [
      "UPDATE T_QUOTE_LINE SET quantity = quantity + 1 WHERE quote_id = UNHEX(MD5(CONCAT('quote', {1-3000})))",
      'UPDATE T_ROUTE SET cutoff = SEC_TO_TIME({1-80000}) WHERE carrier_id = {1-40}',
    ],
    [
      "REPLACE INTO T_COMMODITY VALUES (LPAD({1-900}, 6, '0'), 'en', {text}, {0-1})",
      "INSERT INTO T_SURCHARGE VALUES ({1-200}, 'THC', {date}, {money}) ON DUPLICATE KEY UPDATE amount = amount + 0.5",
    ],
    [
      "UPDATE T_CUSTOMER SET preferences = JSON_OBJECT('language', {text}), contact = {text} WHERE id = {1-4000}",
      'UPDATE T_CONTRACT SET document = {bytes} WHERE customer_id = {1-800}',
    ],
  ],
  finance: [
    [
      'UPDATE T_ACCOUNT SET balance = balance - {a} WHERE id = {1-1000}',
      'UPDATE T_ACCOUNT SET balance = balance + {a} WHERE id = {1001-2000}',
      'INSERT INTO T_LEDGER_ENTRY (account_id, transfer, amount, booked_at) VALUES ({1-1000}, MD5({new}), -{a}, NOW(6)), ({1001-2000}, MD5({new}), {a}, NOW(6))',
    ],
    [
      "INSERT INTO T_INVOICE (number, account_id, status, issued, net, tax, address, pdf_hash) VALUES (CONCAT('N', {new}), {1-2000}, 'open', {date}, {money}, {money}, JSON_OBJECT('city', {text}), {bytes})",
      'SET @invoice = LAST_INSERT_ID()',
      'INSERT INTO T_INVOICE_LINE VALUES (@invoice, 1, {text}, 1.5, {money}, NULL), (@invoice, 2, {text}, 2, {money}, 7)',
    ],
    ['UPDATE T_INVOICE SET status = {1-4}, paid = {0-1}, due = {date} WHERE id = {1-8000}'],
    [
      'INSERT INTO T_BANK_STATEMENT_LINE VALUES ({date}, {money}, {text}, {bytes})',
      'UPDATE T_BANK_STATEMENT_LINE SET purpose = {text} LIMIT 1',
      'DELETE FROM T_BANK_STATEMENT_LINE ORDER BY received LIMIT 1',
    ],
    ["REPLACE INTO T_EXCHANGE_RATE VALUES ('EUR', 'USD', {date}, 1.{1000-9999}, 1 / {1-999}, {1-999} / 7)"],
    [
      'UPDATE T_ACCOUNT SET id = {far}, flags = {0-255} WHERE id = {1900-2000}',
      'DELETE FROM T_INVOICE_LINE WHERE invoice_id = {1-8000}',
    ],
  ],
  live: [
    [
      "INSERT INTO T_CONTAINER_EVENT (container, kind, at, depot_code, temperature, humidity, payload) VALUES ('XCHU0000001', {1-6}, NOW(6), NULL, {1-99} / 7, {1-99} / 3, JSON_OBJECT('n', {new})), ('XCHU0000002', {1-6}, NOW(6), 'DEP1', -{1-99} / 7, 0, NULL)",
    ],
    [
      "INSERT INTO T_BOOKING (listing_id, buyer_id, status, total, pickup_window_start) VALUES ({1-5000}, {1-5000}, 'new', {money}, '09:30:00')",
      "INSERT INTO T_BOOKING_ITEM VALUES (LAST_INSERT_ID(), CONCAT('XCHU', LPAD({1-9000}, 7, '0')), b'0', NULL)",
      'UPDATE T_LISTING SET quantity = quantity - 1, views = views + 1 WHERE id = {1-5000}',
      'INSERT INTO T_NOTIFICATION (user_id, body, at) VALUES ({1-5000}, {text}, NOW())',
    ],
    [
      'UPDATE T_BOOKING SET status = {1-5} WHERE id = {1-8000}',
      'DELETE FROM T_NOTIFICATION WHERE id = {1-4000}',
      'UPDATE T_USER SET last_login = NOW(3), display_name = {text}, roles = {1-15} WHERE id = {1-5000}',
    ],
    [
      "UPDATE T_CONTAINER SET number = CONCAT('NEWU', LPAD({new} % 10000000, 7, '0')), price = {money}, photo_meta = JSON_ARRAY({text}) WHERE number = CONCAT('XCHU', LPAD({1-9000}, 7, '0'))",
    ],
    [
      "INSERT INTO T_AUDIT VALUES (NOW(6), {new}, {text}, 'demo', JSON_OBJECT('v', {1-9}), NULL)",
      "UPDATE T_SETTING SET value = {text}, secret = {bytes}, updated = NOW(6) WHERE name = CONCAT('setting.', {1-120})",
    ],
    [
      "REPLACE INTO T_TRANSLATION VALUES (CONCAT('page.', {1-400}), 'ar', {text})",
      'DELETE FROM T_LISTING_IMAGE WHERE listing_id = {1-2000}',
      'UPDATE T_DEPOT SET capacity = capacity - 1 WHERE location_id = {1-700}',
    ],
  ],
  chat: [
    [
      'INSERT INTO T_MESSAGE (room_id, sender_id, body, sent_at) VALUES ({1-500}, {1-2500}, {text}, NOW(6)), ({1-500}, {1-2500}, {text}, NOW(6))',
      'SET @message = LAST_INSERT_ID()',
      'INSERT INTO T_ATTACHMENT VALUES (@message, {text}, {bytes}, 8)',
    ],
    [
      "UPDATE T_MESSAGE SET edited = 1, body = {text}, reactions = JSON_OBJECT('🎉', {1-9}) WHERE id = {1-12000}",
      'UPDATE T_ROOM_MEMBER SET last_read = {1-12000}, muted = {0-1} WHERE room_id = {a}',
    ],
    [
      'DELETE FROM T_MESSAGE WHERE id = {1-12000}',
      'UPDATE T_ROOM SET topic = {text}, archived = {0-1} WHERE id = {1-500}',
    ],
  ],
  performance: [
    [
      'INSERT INTO T_MEASUREMENT VALUES ({1-50}, NOW(6), {1-9999} / 7, {1-9999} / 13, {1-9})',
      'UPDATE T_SCORECARD SET score = {1-999} / 8, comment = {text} WHERE company_id = {1-600}',
    ],
    [
      'UPDATE T_KPI_TARGET SET target = target / 3, approved = {0-1} WHERE id = {1-500}',
      'DELETE FROM T_MEASUREMENT WHERE metric_id = {1-50} LIMIT 2',
    ],
  ],
  concontrol: [
    [
      "INSERT INTO T_INSPECTION (prefix, serial, inspector, passed, started, took, report) VALUES ('CCTU', {1-4000}, 'Müller', {0-1}, NOW(), '00:17:30.25', {text})",
      'INSERT INTO T_DAMAGE VALUES (LAST_INSERT_ID(), 1, {1-3}, {money}, {bytes})',
    ],
    [
      "INSERT INTO T_GATE_MOVE (prefix, serial, direction, at, truck, seals) VALUES ('XCHU', {1-4000}, {1-2}, NOW(6), NULL, {0-7})",
      'UPDATE T_UNIT SET features = {0-4095}, reefer = {0-1} WHERE serial = {1-4000}',
      'DELETE FROM T_DAMAGE WHERE inspection_id = {1-1200}',
    ],
  ],
  claim: [
    [
      'INSERT INTO T_CLAIM (reference, state, amount, insured, reported, story) VALUES (UUID(), 1, {money}, {0-1}, {date}, {text})',
      'SET @claim = LAST_INSERT_ID()',
      'INSERT INTO T_CLAIM_LINE VALUES (@claim, 1, {text}, {money}, NULL), (@claim, 2, {text}, {money}, 1)',
      "INSERT INTO T_CLAIM_EVENT VALUES (@claim, NOW(6), 'created', JSON_OBJECT('by', {text}))",
    ],
    [
      'UPDATE T_CLAIM SET state = {1-4}, amount = {money} WHERE id = {1-3000}',
      'DELETE FROM T_CLAIM_LINE WHERE claim_id = {1-2500}',
      'UPDATE T_CLAIM_DOCUMENT SET content = {bytes} WHERE claim_id = {1-500}',
    ],
  ],
  payment: [
    [
      "INSERT INTO T_PAYMENT (idempotency_key, payer, amount, currency, method, state, created_at, metadata) VALUES (UNHEX(MD5({new})), {1-5000}, {money}, 'EUR', {1-3}, 'new', NOW(6), JSON_OBJECT('t', {text}))",
      'INSERT INTO T_PAYMENT_ATTEMPT VALUES (LAST_INSERT_ID(), 1, {text}, {1-900}, NOW(3))',
    ],
    [
      'UPDATE T_PAYMENT SET state = {1-4}, settled = {date} WHERE id = {1-9000}',
      "INSERT INTO T_REFUND (payment_id, amount, reason, approved) VALUES ({1-9000}, {money}, 'Rückgabe', {0-1})",
    ],
    [
      'UPDATE T_PAYOUT SET fee = fee + 0.01, sent = 1, sent_at = CURRENT_TIME(6) WHERE gross BETWEEN {a} * 1000 AND {a} * 1000 + 3000',
      'DELETE FROM T_PAYMENT_ATTEMPT WHERE payment_id = {1-9000}',
    ],
  ],
}
