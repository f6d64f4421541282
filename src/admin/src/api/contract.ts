import type { Money } from '@/lib/money';

// The shapes that the admin reads. types.ts is made from the OpenAPI document; contract.check.ts holds these names against it.

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
}

export interface Session {
  mode: 'local' | 'operator' | 'none';
  version: string;
}

export interface StoreView {
  id: string;
  name: string;
  platform: 'import' | 'shopify' | 'wooCommerce' | 'demo';
  state: string;
  currency: string;
  timeZone: string;
  country: string | null;
  language: string;
  createdAt: string;
  now: string;
  inStepAt: string | null;
  historyComplete: boolean;
  counts: { orders: number; orderLines: number; customers: number; products: number; carts: number; events: number };
}

export interface SizePoint {
  day: string;
  members: number;
}

export interface SegmentView {
  id: string;
  key: string;
  name: string;
  description: string | null;
  definition: string;
  stock: boolean;
  customers: number;
  amountSpent: Money;
  share: number;
  sizes: SizePoint[];
  evaluatedAt: string | null;
  lagSeconds: number | null;
  error: string | null;
  noData: boolean;
  version: number;
}

export interface SegmentList {
  asOf: string;
  buyers: number;
  amountSpent: Money;
  items: SegmentView[];
}

export interface CustomerLine {
  customerId: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  orders: number;
  amountSpent: Money | null;
  lastOrderAt: string | null;
}

/** One line of the list of customers. */
export interface CustomerListItem extends Omit<CustomerLine, 'customerId'> {
  id: string;
}

export interface Member extends CustomerLine {
  since: string;
  why: string | null;
  whySaid?: Said | null;
}

export interface CheckError {
  line: number;
  column: number;
  length: number;
  message: string;
  expected?: string[] | null;
  didYouMean?: string | null;
}

export interface CheckResult {
  ok: boolean;
  normalised: string | null;
  errors: CheckError[];
  warnings: string[];
  customers: number | null;
  sample: CustomerLine[];
}

export interface CustomerDetail {
  profile: {
    id: string;
    name: string | null;
    email: string | null;
    phone: string | null;
    country: string | null;
    city: string | null;
    language: string | null;
    tags: string[];
    createdAt: string | null;
    notAShopper: boolean;
  };
  facts: {
    orders: number;
    amountSpent: Money | null;
    firstOrderAt: string | null;
    lastOrderAt: string | null;
    ownGapDays: number | null;
    expectedGapDays: number | null;
    lifecycle: string | null;
    engagement: string | null;
  };
  segments: { key: string; name: string; since: string; why: string | null; whySaid?: Said | null }[];
  consents: { channel: string; state: string; at: string; source: string; wording: string | null }[];
  reachable: { email: boolean; sms: boolean; whatsApp: boolean };
}

/** A sentence of the service by its key, and what belongs into it. */
export interface Said {
  key: string;
  values: Record<string, string>;
}

export interface TimelineItem {
  at: string;
  kind: string;
  title: string;
  detail: string | null;
  amount?: Money | null;
  link?: string | null;
  titleSaid?: Said | null;
  detailSaid?: Said | null;
}

export interface CampaignLine {
  key: string;
  name: string;
  kind: string;
  state: string;
  segmentKey: string | null;
  switchedOnAt: string | null;
  startsAt: string | null;
  sent: number;
  opened: number;
  clicked: number;
  orders: number;
  revenue: Money;
  optOuts: number;
  skipped: number;
  wouldToday: number;
  unknown: number;
}

export interface Template {
  language: string;
  subject: string;
  html: string;
  text: string;
}

export interface CampaignStep {
  step: number;
  delaySeconds: number;
  channel: string;
  usefulForSeconds: number | null;
  templates: Template[];
}

export interface CampaignDetail {
  campaign: CampaignLine;
  endsAt: string | null;
  rules: Record<string, unknown>;
  version: number;
  steps: CampaignStep[];
}

export interface PreviewExample {
  customerId: string;
  name: string | null;
  subject: string;
  html: string;
  text: string;
}

export interface CampaignPreview {
  count: number;
  skipped: { reason: string; count: number }[];
  examples: PreviewExample[];
}

export interface CampaignPerson {
  customerId: string;
  name: string | null;
  at: string;
  reason: string | null;
  detail: string | null;
  messageId: string | null;
  campaignKey: string | null;
  campaignName: string | null;
  amount: Money | null;
}

export interface MessageLine {
  id: string;
  campaignKey: string | null;
  campaignName: string | null;
  step: number;
  customerId: string;
  customerName: string | null;
  channel: string;
  state: string;
  address: string;
  subject: string;
  createdAt: string;
  sentAt: string | null;
  opened: boolean;
  clicked: boolean;
  why: string | null;
}

export interface MessageDetail {
  message: MessageLine;
  text: string | null;
  via: string | null;
  language: string;
  links: { destination: string | null; purpose: string }[];
}

export interface PeoplePage extends Page<CampaignPerson> {
  reasons: { reason: string; count: number }[] | null;
}

export interface HomeView {
  customers: number;
  active: number;
  slippingAway: number;
  campaignRevenue: Money;
  optOuts: number;
  today: { sent: number; opened: number; clicked: number; orders: number; revenue: Money };
  needs: { kind: string; title: string; detail: string | null; link: string | null; detailSaid?: Said | null; campaign?: string | null }[];
  sizes: { key: string; name: string; points: SizePoint[] }[];
  outOfRate: number;
}

export interface ImportPreview {
  layout: string | null;
  delimiter: string;
  encoding: string;
  columns: { name: string; field: string | null; samples: string[] }[];
  missing: string[];
  currencyGuess: string | null;
  problems: string[];
}

export interface ImportView {
  id: string;
  fileName: string;
  layout: string;
  state: string;
  rowsRead: number;
  rowsRejected: number;
  orders: number;
  bytesRead: number;
  bytesTotal: number;
  rejectsByReason: Record<string, number>;
  error: string | null;
  startedAt: string;
  endedAt: string | null;
}

export interface StoreSettings {
  vipSharePercent: number;
  sender: { legalName: string | null; address: string | null; registrationNumber: string | null; fromName: string | null; fromEmail: string | null; replyTo: string | null; ownDomains: string[] };
  quietHours: { start: string; end: string };
  pressure: { perDay: number; perWeek: number; highlyEngagedPerWeek: number; disengagedDays: number; daysAfterOrder: number };
  existingCustomerBasis: { enabled: boolean; countries: string[] };
  notAShopper: string | null;
  languages: string[];
  smtp: { host: string; port: number; user: string | null; perSecond: number } | null;
  weekEndsOn: string | null;
  countedStatuses: string[];
  digits: string;
}

export interface SettingsView {
  settings: StoreSettings;
  version: string;
  hasSmtpPassword: boolean;
}

export interface KeyView {
  id: string;
  name: string;
  hint: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** How well a connected store and Comeback agree. */
export interface SyncView {
  state: 'notConnected' | 'firstSync' | 'resync' | 'inStep' | 'trouble' | 'needsReconnecting' | 'uninstalled';
  platform: StoreView['platform'];
  address: string | null;
  installedAt: string | null;
  inStepAt: string | null;
  reconcileMinutes: number;
  needsReconnecting: boolean;
  trouble: string | null;
  troubleSince: string | null;
  triedAgainAt: string | null;
  progress: { resource: string; state: 'waiting' | 'reading' | 'done'; done: number; total: number | null; perSecond: number; secondsLeft: number | null }[];
  resources: { name: string; storeCount: number | null; localCount: number | null; inStepAt: string | null; comparedAt: string | null; deletionsFound: number; error: string | null }[];
  inbox: { waiting: number; failed: number; oldest: string | null; failures: { id: string; topic: string; receivedAt: string; attempts: number; givenUp: boolean; nextAttemptAt: string | null; error: string }[] };
}
