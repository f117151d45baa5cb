/** An order, as the payment webhooks and the pages both keep it. */
export interface Order {
  readonly _id: string;
  readonly status: 'pending' | 'paid' | 'shipped';
  /** In the smallest unit of the currency: cents. */
  readonly amount?: number;
  readonly currency?: string;
  /** What the shop calls the order: `client_reference_id`, or `order_id` in the payment's metadata. */
  readonly reference?: string;
  readonly customer_email?: string;
  readonly created_at?: Date;
  readonly paid_at?: Date;
  readonly shipped_at?: Date;
  readonly note?: string;
  readonly is_test: boolean;
  /** Ids of the provider's events that made it what it is. */
  readonly events: readonly string[];
}
