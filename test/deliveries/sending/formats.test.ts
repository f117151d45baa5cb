import { HTTP } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../server/deliveries/sending/formats/formats.ts';
import { messageOf } from '../../../server/deliveries/sending/formats/built.ts';
import type { Event } from '../../../server/schemas/event.ts';
import type { Json } from '../../../server/schemas/json.ts';
import type { RuleFormat } from '../../../server/schemas/rule.ts';
import { anEvent } from './builders.ts';

function text(format: RuleFormat, event: Event, data: Json = event.data): string {
  return Buffer.from(formats[format]({ event, data }).body).toString();
}

describe('the bodies, byte for byte', () => {
  it.each<[string, RuleFormat, Partial<Event>, string]>([
    [
      'standard',
      'standard',
      {},
      '{"type":"invoices.created","timestamp":"2026-03-04T05:06:07.000Z","data":{"id":1,"tag":"adasd"}}',
    ],
    [
      'standard, of an update of a document',
      'standard',
      { type: 'invoices.updated', changed: ['tag'], previous: { tag: 'x' } },
      '{"type":"invoices.updated","timestamp":"2026-03-04T05:06:07.000Z","data":{"id":1,"tag":"adasd"},"changed":["tag"]}',
    ],
    ["lehjah's sample", 'lehjah', { type: 'NEW_BUSINESS', data: {} }, '{"event":"NEW_BUSINESS","data":{}}'],
    [
      "built's sample",
      'built',
      { type: 'business_loans.deleted', idempotency_key: '26053e97-f78a-4d25-a519-4eed22ba5c41' },
      '{"event":"business_loans.deleted","message":"Business_Loan deleted successfully.",' +
        '"idempotency_key":"26053e97-f78a-4d25-a519-4eed22ba5c41","environment":"staging","data":{"id":1,"tag":"adasd"}}',
    ],
    ['raw', 'raw', {}, '{"id":1,"tag":"adasd"}'],
    ['raw text', 'raw', { data: 'a=1&b=ä' }, 'a=1&b=ä'],
    ['raw null', 'raw', { data: null }, 'null'],
  ])('%s', (_, format, change, body) => {
    expect(text(format, anEvent(change))).toBe(body);
  });

  it('softledger has the six members of its documentation in their order', () => {
    const event = anEvent({ type: 'LedgerAccount.Updated', data: { _id: 77, id: 1 }, tenant_id: 't1' });
    const body = JSON.parse(text('softledger', event));
    expect(Object.keys(body)).toEqual(['uuid', 'date', 'objectType', 'action', 'objectId', 'tenantId']);
    expect(body).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      date: '2026-03-04T05:06:07.000Z',
      objectType: 'LedgerAccount',
      action: 'Updated',
      objectId: 77,
      tenantId: 't1',
    });
  });

  it.each<[Json, Json]>([
    [{ _id: 'a', id: 'b', uuid: 'c' }, 'a'],
    [{ id: 'b', uuid: 'c' }, 'b'],
    [{ uuid: 'c' }, 'c'],
    [{ _id: null, id: 0 }, 0],
    [{ name: 'x' }, null],
    ['text', null],
    [null, null],
    [[{ id: 1 }], null],
  ])('softledger takes the primary key of %j as %j', (data, key) => {
    expect(JSON.parse(text('softledger', anEvent({ data })))).toMatchObject({ objectId: key, tenantId: null });
  });

  it('keeps the UUID of an event over retries, and gives no two events the same one', () => {
    const keyOf = (id: string) => JSON.parse(text('built', anEvent({ id }))).idempotency_key as string;
    expect(keyOf('evt_01')).toBe(keyOf('evt_01'));
    expect(new Set(Array.from({ length: 500 }, (_, i) => keyOf(`evt_${i}`))).size).toBe(500);
    expect(JSON.parse(text('softledger', anEvent())).uuid).toBe(keyOf('evt_01'));
  });

  it("names built's environments as it does", () => {
    expect(JSON.parse(text('built', anEvent({ environment: 'production' }))).environment).toBe('production');
    expect(JSON.parse(text('built', anEvent({ environment: 'sandbox' }))).environment).toBe('staging');
  });
});

describe("built's message", () => {
  it.each([
    ['business.updated', 'Business updated successfully.'],
    ['invoices.created', 'Invoice created successfully.'],
    ['invoice_payments.created', 'Invoice_Payment created successfully.'],
    ['invoice_online_payments.created', 'Invoice_Online_Payment created successfully.'],
    ['sales.updated', 'Sale updated successfully.'],
    ['deposits.created', 'Deposit created successfully.'],
    ['quotes.created', 'Quote created successfully.'],
    ['other_incomes.deleted', 'Other_Income deleted successfully.'],
    ['clients.created', 'Client created successfully.'],
    ['expenses.deleted', 'Expense deleted successfully.'],
    ['bills.created', 'Bill created successfully.'],
    ['bill_payments.created', 'Bill_Payment created successfully.'],
    ['bill_online_payments.created', 'Bill_Online_Payment created successfully.'],
    ['income_tax_payments.created', 'Income_Tax_Payment created successfully.'],
    ['withholding_tax_payments.deleted', 'Withholding_Tax_Payment deleted successfully.'],
    ['sales_tax_payments.created', 'Sales_Tax_Payment created successfully.'],
    ['suppliers.created', 'Supplier created successfully.'],
    ['employees.created', 'Employee created successfully.'],
    ['pay_runs.created', 'Pay_Run created successfully.'],
    ['salary_payments.created', 'Salary_Payment created successfully.'],
    ['payrun_tier1_payments.created', 'Payrun_Tier1_Payment created successfully.'],
    ['payrun_tier2_payments.created', 'Payrun_Tier2_Payment created successfully.'],
    ['payrun_tier3_payments.created', 'Payrun_Tier3_Payment created successfully.'],
    ['payrun_income_tax_payments.deleted', 'Payrun_Income_Tax_Payment deleted successfully.'],
    ['products_services.created', 'Product_Service created successfully.'],
    ['wallet_transactions.created', 'Wallet_Transaction created successfully.'],
    ['bank_transfers.created', 'Bank_Transfer created successfully.'],
    ['accounts.created', 'Account created successfully.'],
    ['journals.created', 'Journal created successfully.'],
    ['business_loans.deleted', 'Business_Loan deleted successfully.'],
    ['ledgers.created', 'Ledger created successfully.'],
    ['companies.created', 'Company created successfully.'],
    ['addresses.created', 'Address created successfully.'],
    ['status.created', 'Status created successfully.'],
    ['NEW_BUSINESS', 'NEW_BUSINESS successful.'],
  ])('of %s is "%s"', (type, message) => {
    expect(messageOf(type)).toBe(message);
  });
});

describe('CloudEvents, read by the official library', () => {
  const tenant = fc.option(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), { nil: undefined });
  const data = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

  it.each(['cloudevents', 'cloudevents-binary'] as const)('%s says the event and its data', (format) => {
    fc.assert(
      fc.property(data, tenant, (value, tenantId) => {
        const event = anEvent({ data: value, ...(tenantId !== undefined && { tenant_id: tenantId }) });
        const { contentType, body, headers = {} } = formats[format]({ event, data: value });
        for (const header of Object.values(headers)) expect(header).toMatch(/^[\x21-\x7e]*$/);
        const read = HTTP.toEvent({
          headers: { 'content-type': contentType, ...headers },
          body: Buffer.from(body).toString(),
        }) as any;
        expect(read).toMatchObject({
          specversion: '1.0',
          id: event.id,
          type: event.type,
          source: '/earshot/sandbox',
          time: event.occurred_at,
        });
        if (typeof value === 'object' && value !== null) expect(read.data).toEqual(value);
        // The library leaves percent signs as they are: what they stand for is for the receiver to read.
        if (tenantId !== undefined) {
          const got = read.tenantid as string;
          expect(format === 'cloudevents' ? got : decodeURIComponent(got)).toBe(tenantId);
        }
      }),
      { numRuns: 60 },
    );
  });
});
