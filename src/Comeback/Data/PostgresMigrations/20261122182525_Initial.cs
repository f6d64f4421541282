using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Comeback.Data.PostgresMigrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    hint = table.Column<string>(type: "text", nullable: false),
                    scopes = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    revoked_at = table.Column<long>(type: "bigint", nullable: true),
                    last_used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_keys", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "audit",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "campaign_steps",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    delay_seconds = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<byte>(type: "smallint", nullable: false),
                    useful_for_seconds = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_campaign_steps", x => new { x.store_id, x.campaign_id, x.step });
                });

            migrationBuilder.CreateTable(
                name: "campaigns",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<byte>(type: "smallint", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    switched_on_at = table.Column<long>(type: "bigint", nullable: true),
                    segment_key = table.Column<string>(type: "text", nullable: false),
                    starts_at = table.Column<long>(type: "bigint", nullable: true),
                    ends_at = table.Column<long>(type: "bigint", nullable: true),
                    rules = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_campaigns", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "carts",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: true),
                    visitor = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    touched_at = table.Column<long>(type: "bigint", nullable: false),
                    recovery_url = table.Column<string>(type: "text", nullable: true),
                    total_minor = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "text", nullable: true),
                    lines = table.Column<string>(type: "text", nullable: false),
                    closed = table.Column<bool>(type: "boolean", nullable: false),
                    closed_by_store = table.Column<bool>(type: "boolean", nullable: false),
                    found = table.Column<bool>(type: "boolean", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_carts", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "categories",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    names = table.Column<string>(type: "text", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: true),
                    in_use = table.Column<bool>(type: "boolean", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    from_catalogue = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_categories", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "consents",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<byte>(type: "smallint", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    wording = table.Column<string>(type: "text", nullable: true),
                    proof = table.Column<string>(type: "text", nullable: true),
                    recorded_at = table.Column<long>(type: "bigint", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_consents", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "cursors",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    follower = table.Column<string>(type: "text", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cursors", x => new { x.store_id, x.follower });
                });

            migrationBuilder.CreateTable(
                name: "customers",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    account_id = table.Column<string>(type: "text", nullable: true),
                    email = table.Column<string>(type: "text", nullable: true),
                    phone = table.Column<string>(type: "text", nullable: true),
                    first_name = table.Column<string>(type: "text", nullable: true),
                    last_name = table.Column<string>(type: "text", nullable: true),
                    country = table.Column<string>(type: "text", nullable: true),
                    region = table.Column<string>(type: "text", nullable: true),
                    city = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "text", nullable: false),
                    birth_date = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    not_a_shopper = table.Column<bool>(type: "boolean", nullable: false),
                    doubtful_contact = table.Column<bool>(type: "boolean", nullable: false),
                    objects_to_profiling = table.Column<bool>(type: "boolean", nullable: false),
                    merged_into = table.Column<long>(type: "bigint", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    lifetime = table.Column<string>(type: "text", nullable: true),
                    stamps = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_customers", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    friendly_name = table.Column<string>(type: "text", nullable: true),
                    xml = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_data_protection_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "due",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    due_at = table.Column<long>(type: "bigint", nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    claimed_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_due", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<byte>(type: "smallint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: true),
                    visitor = table.Column<string>(type: "text", nullable: true),
                    product_id = table.Column<long>(type: "bigint", nullable: true),
                    category_id = table.Column<long>(type: "bigint", nullable: true),
                    message_id = table.Column<long>(type: "bigint", nullable: true),
                    campaign_id = table.Column<long>(type: "bigint", nullable: true),
                    channel = table.Column<byte>(type: "smallint", nullable: true),
                    verdict = table.Column<byte>(type: "smallint", nullable: false),
                    properties = table.Column<string>(type: "text", nullable: false),
                    found = table.Column<bool>(type: "boolean", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_events", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "identities",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<byte>(type: "smallint", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false),
                    names = table.Column<string>(type: "text", nullable: false),
                    links = table.Column<string>(type: "text", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identities", x => new { x.store_id, x.kind, x.value });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    layout = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: true),
                    heard_at = table.Column<long>(type: "bigint", nullable: false),
                    rows_read = table.Column<long>(type: "bigint", nullable: false),
                    rows_rejected = table.Column<long>(type: "bigint", nullable: false),
                    orders = table.Column<long>(type: "bigint", nullable: false),
                    bytes_read = table.Column<long>(type: "bigint", nullable: false),
                    bytes_total = table.Column<long>(type: "bigint", nullable: false),
                    rejects_by_reason = table.Column<string>(type: "text", nullable: false),
                    rejects_file = table.Column<string>(type: "text", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "inbox",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    dedupe_key = table.Column<string>(type: "text", nullable: false),
                    topic = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: true),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    done_at = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_inbox", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "leases",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    until = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_leases", x => x.store_id);
                });

            migrationBuilder.CreateTable(
                name: "links",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<byte>(type: "smallint", nullable: false),
                    purpose = table.Column<byte>(type: "smallint", nullable: false),
                    destination = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    address_hash = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_links", x => x.token_hash);
                });

            migrationBuilder.CreateTable(
                name: "memberships",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    entered_at = table.Column<long>(type: "bigint", nullable: false),
                    recorded_at = table.Column<long>(type: "bigint", nullable: false),
                    entered_by = table.Column<byte>(type: "smallint", nullable: false),
                    entered_by_id = table.Column<long>(type: "bigint", nullable: true),
                    left_at = table.Column<long>(type: "bigint", nullable: true),
                    left_by = table.Column<byte>(type: "smallint", nullable: true),
                    left_by_id = table.Column<long>(type: "bigint", nullable: true),
                    triggers = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_memberships", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "merges",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    from = table.Column<long>(type: "bigint", nullable: false),
                    into = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    why = table.Column<string>(type: "text", nullable: false),
                    moved = table.Column<string>(type: "text", nullable: false),
                    undone_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_merges", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "messages",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    occurrence = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<byte>(type: "smallint", nullable: false),
                    via = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    useful_until = table.Column<long>(type: "bigint", nullable: true),
                    next_attempt_at = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    handed_over_at = table.Column<long>(type: "bigint", nullable: true),
                    settled_at = table.Column<long>(type: "bigint", nullable: true),
                    why = table.Column<string>(type: "text", nullable: true),
                    address = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    html = table.Column<string>(type: "text", nullable: true),
                    text = table.Column<string>(type: "text", nullable: true),
                    message_id_header = table.Column<string>(type: "text", nullable: false),
                    provider_id = table.Column<string>(type: "text", nullable: true),
                    discount_code = table.Column<string>(type: "text", nullable: true),
                    test = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messages", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "operator_sessions",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_operator_sessions", x => x.token_hash);
                });

            migrationBuilder.CreateTable(
                name: "order_lines",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    line_number = table.Column<int>(type: "integer", nullable: false),
                    product_id = table.Column<long>(type: "bigint", nullable: true),
                    variant_external_id = table.Column<string>(type: "text", nullable: true),
                    sku = table.Column<string>(type: "text", nullable: true),
                    title = table.Column<string>(type: "text", nullable: false),
                    quantity = table.Column<int>(type: "integer", nullable: false),
                    unit_price_minor = table.Column<long>(type: "bigint", nullable: false),
                    total_minor = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<byte>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_order_lines", x => new { x.store_id, x.order_id, x.line_number });
                });

            migrationBuilder.CreateTable(
                name: "orders",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<string>(type: "text", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    placed_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    recorded_at = table.Column<long>(type: "bigint", nullable: false),
                    found = table.Column<bool>(type: "boolean", nullable: false),
                    standing = table.Column<byte>(type: "smallint", nullable: false),
                    vendor_status = table.Column<string>(type: "text", nullable: true),
                    kind = table.Column<byte>(type: "smallint", nullable: false),
                    test = table.Column<bool>(type: "boolean", nullable: false),
                    cash_on_delivery = table.Column<bool>(type: "boolean", nullable: false),
                    delivered_at = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "text", nullable: false),
                    total_minor = table.Column<long>(type: "bigint", nullable: false),
                    store_total_minor = table.Column<long>(type: "bigint", nullable: true),
                    spent_minor = table.Column<long>(type: "bigint", nullable: true),
                    refunded_minor = table.Column<long>(type: "bigint", nullable: false),
                    tax_minor = table.Column<long>(type: "bigint", nullable: false),
                    shipping_minor = table.Column<long>(type: "bigint", nullable: false),
                    discount_minor = table.Column<long>(type: "bigint", nullable: false),
                    discount_codes = table.Column<string>(type: "text", nullable: false),
                    cart_external_id = table.Column<string>(type: "text", nullable: true),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_orders", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "product_categories",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    product_id = table.Column<long>(type: "bigint", nullable: false),
                    category_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_product_categories", x => new { x.store_id, x.product_id, x.category_id });
                });

            migrationBuilder.CreateTable(
                name: "products",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    titles = table.Column<string>(type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: true),
                    image_url = table.Column<string>(type: "text", nullable: true),
                    vendor = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "text", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    from_catalogue = table.Column<bool>(type: "boolean", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_products", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "refunds",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    order_id = table.Column<long>(type: "bigint", nullable: true),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    amount_minor = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "text", nullable: false),
                    store_amount_minor = table.Column<long>(type: "bigint", nullable: true),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    claim = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_refunds", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "results",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    clicked_at = table.Column<long>(type: "bigint", nullable: false),
                    ordered_at = table.Column<long>(type: "bigint", nullable: false),
                    amount_minor = table.Column<long>(type: "bigint", nullable: false),
                    counts = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_results", x => new { x.store_id, x.order_id });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    occurrence = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    next_step = table.Column<int>(type: "integer", nullable: false),
                    why = table.Column<string>(type: "text", nullable: true),
                    holdout = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "secrets",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    purpose = table.Column<string>(type: "text", nullable: false),
                    @protected = table.Column<byte[]>(name: "protected", type: "bytea", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_secrets", x => new { x.store_id, x.purpose });
                });

            migrationBuilder.CreateTable(
                name: "segment_sizes",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    segment_id = table.Column<long>(type: "bigint", nullable: false),
                    day = table.Column<string>(type: "text", nullable: false),
                    members = table.Column<int>(type: "integer", nullable: false),
                    amount_spent_minor = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segment_sizes", x => new { x.store_id, x.segment_id, x.day });
                });

            migrationBuilder.CreateTable(
                name: "segments",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    definition = table.Column<string>(type: "text", nullable: false),
                    stock = table.Column<bool>(type: "boolean", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    evaluated_at = table.Column<long>(type: "bigint", nullable: true),
                    evaluated_change = table.Column<long>(type: "bigint", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    members = table.Column<int>(type: "integer", nullable: false),
                    amount_spent_minor = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_segments", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "sign_in_links",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sign_in_links", x => x.token_hash);
                });

            migrationBuilder.CreateTable(
                name: "skips",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    occurrence = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_skips", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "stores",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    platform = table.Column<byte>(type: "smallint", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    currency = table.Column<string>(type: "text", nullable: false),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    country = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    change = table.Column<long>(type: "bigint", nullable: false),
                    next_id = table.Column<long>(type: "bigint", nullable: false),
                    next_ordinal = table.Column<int>(type: "integer", nullable: false),
                    history_complete = table.Column<bool>(type: "boolean", nullable: false),
                    in_step_at = table.Column<long>(type: "bigint", nullable: true),
                    settings = table.Column<string>(type: "text", nullable: false),
                    demo_now = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_stores", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<byte>(type: "smallint", nullable: false),
                    address_hash = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_suppressions", x => new { x.store_id, x.channel, x.address_hash });
                });

            migrationBuilder.CreateTable(
                name: "templates",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    html = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_templates", x => new { x.store_id, x.campaign_id, x.step, x.language });
                });

            migrationBuilder.CreateTable(
                name: "variants",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    product_id = table.Column<long>(type: "bigint", nullable: false),
                    external_id = table.Column<string>(type: "text", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: true),
                    title = table.Column<string>(type: "text", nullable: true),
                    price_minor = table.Column<long>(type: "bigint", nullable: true),
                    compare_at_minor = table.Column<long>(type: "bigint", nullable: true),
                    stock = table.Column<int>(type: "integer", nullable: true),
                    sells_without_stock = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_variants", x => new { x.store_id, x.product_id, x.external_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_hash",
                table: "api_keys",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_campaigns_store_id_change",
                table: "campaigns",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_campaigns_store_id_key",
                table: "campaigns",
                columns: new[] { "store_id", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_carts_store_id_change",
                table: "carts",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_carts_store_id_customer_id",
                table: "carts",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_carts_store_id_external_id",
                table: "carts",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_carts_store_id_visitor",
                table: "carts",
                columns: new[] { "store_id", "visitor" },
                filter: "visitor IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_categories_store_id_change",
                table: "categories",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_categories_store_id_external_id",
                table: "categories",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_categories_store_id_key",
                table: "categories",
                columns: new[] { "store_id", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_consents_store_id_change",
                table: "consents",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_consents_store_id_customer_id",
                table: "consents",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_store_id_change",
                table: "customers",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_store_id_ordinal",
                table: "customers",
                columns: new[] { "store_id", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_due_store_id_customer_id",
                table: "due",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_due_store_id_due_at",
                table: "due",
                columns: new[] { "store_id", "due_at" });

            migrationBuilder.CreateIndex(
                name: "ix_events_store_id_change",
                table: "events",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_events_store_id_customer_id",
                table: "events",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_events_store_id_external_id",
                table: "events",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_events_store_id_visitor",
                table: "events",
                columns: new[] { "store_id", "visitor" },
                filter: "visitor IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_identities_store_id_customer_id",
                table: "identities",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_store_id_source_dedupe_key",
                table: "inbox",
                columns: new[] { "store_id", "source", "dedupe_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_links_store_id_message_id",
                table: "links",
                columns: new[] { "store_id", "message_id" });

            migrationBuilder.CreateIndex(
                name: "ix_memberships_store_id_change",
                table: "memberships",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_memberships_store_id_customer_id",
                table: "memberships",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_memberships_store_id_segment_id_customer_id",
                table: "memberships",
                columns: new[] { "store_id", "segment_id", "customer_id" },
                unique: true,
                filter: "left_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_messages_store_id_campaign_id_step_customer_id_occurrence",
                table: "messages",
                columns: new[] { "store_id", "campaign_id", "step", "customer_id", "occurrence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_messages_store_id_change",
                table: "messages",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_store_id_customer_id",
                table: "messages",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_store_id_state_next_attempt_at",
                table: "messages",
                columns: new[] { "store_id", "state", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_orders_store_id_cart_external_id",
                table: "orders",
                columns: new[] { "store_id", "cart_external_id" },
                filter: "cart_external_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_orders_store_id_change",
                table: "orders",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_orders_store_id_customer_id",
                table: "orders",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_orders_store_id_external_id",
                table: "orders",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_products_store_id_change",
                table: "products",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_products_store_id_external_id",
                table: "products",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_refunds_store_id_change",
                table: "refunds",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_refunds_store_id_customer_id",
                table: "refunds",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_refunds_store_id_external_id",
                table: "refunds",
                columns: new[] { "store_id", "external_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_results_store_id_campaign_id",
                table: "results",
                columns: new[] { "store_id", "campaign_id" });

            migrationBuilder.CreateIndex(
                name: "ix_results_store_id_change",
                table: "results",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_store_id_campaign_id_customer_id_occurrence",
                table: "runs",
                columns: new[] { "store_id", "campaign_id", "customer_id", "occurrence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_segments_store_id_change",
                table: "segments",
                columns: new[] { "store_id", "change" });

            migrationBuilder.CreateIndex(
                name: "ix_segments_store_id_key",
                table: "segments",
                columns: new[] { "store_id", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_skips_store_id_campaign_id_at",
                table: "skips",
                columns: new[] { "store_id", "campaign_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_skips_store_id_customer_id",
                table: "skips",
                columns: new[] { "store_id", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_stores_name",
                table: "stores",
                column: "name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "audit");

            migrationBuilder.DropTable(
                name: "campaign_steps");

            migrationBuilder.DropTable(
                name: "campaigns");

            migrationBuilder.DropTable(
                name: "carts");

            migrationBuilder.DropTable(
                name: "categories");

            migrationBuilder.DropTable(
                name: "consents");

            migrationBuilder.DropTable(
                name: "cursors");

            migrationBuilder.DropTable(
                name: "customers");

            migrationBuilder.DropTable(
                name: "data_protection_keys");

            migrationBuilder.DropTable(
                name: "due");

            migrationBuilder.DropTable(
                name: "events");

            migrationBuilder.DropTable(
                name: "identities");

            migrationBuilder.DropTable(
                name: "imports");

            migrationBuilder.DropTable(
                name: "inbox");

            migrationBuilder.DropTable(
                name: "leases");

            migrationBuilder.DropTable(
                name: "links");

            migrationBuilder.DropTable(
                name: "memberships");

            migrationBuilder.DropTable(
                name: "merges");

            migrationBuilder.DropTable(
                name: "messages");

            migrationBuilder.DropTable(
                name: "operator_sessions");

            migrationBuilder.DropTable(
                name: "order_lines");

            migrationBuilder.DropTable(
                name: "orders");

            migrationBuilder.DropTable(
                name: "product_categories");

            migrationBuilder.DropTable(
                name: "products");

            migrationBuilder.DropTable(
                name: "refunds");

            migrationBuilder.DropTable(
                name: "results");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "secrets");

            migrationBuilder.DropTable(
                name: "segment_sizes");

            migrationBuilder.DropTable(
                name: "segments");

            migrationBuilder.DropTable(
                name: "sign_in_links");

            migrationBuilder.DropTable(
                name: "skips");

            migrationBuilder.DropTable(
                name: "stores");

            migrationBuilder.DropTable(
                name: "suppressions");

            migrationBuilder.DropTable(
                name: "templates");

            migrationBuilder.DropTable(
                name: "variants");
        }
    }
}
