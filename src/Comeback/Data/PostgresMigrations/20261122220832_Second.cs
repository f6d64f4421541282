using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Comeback.Data.PostgresMigrations
{
    /// <inheritdoc />
    public partial class Second : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "headers",
                table: "inbox",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "next_attempt_at",
                table: "inbox",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<byte>(
                name: "state",
                table: "inbox",
                type: "smallint",
                nullable: false,
                defaultValue: (byte)0);

            migrationBuilder.AddColumn<long>(
                name: "triggered_at",
                table: "inbox",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "url",
                table: "categories",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "install_attempts",
                columns: table => new
                {
                    token_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    platform = table.Column<byte>(type: "smallint", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    pending_keys = table.Column<byte[]>(type: "bytea", nullable: true),
                    store_id = table.Column<long>(type: "bigint", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_install_attempts", x => x.token_hash);
                });

            migrationBuilder.CreateTable(
                name: "store_connections",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    platform = table.Column<byte>(type: "smallint", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    installation = table.Column<int>(type: "integer", nullable: false),
                    installed_at = table.Column<long>(type: "bigint", nullable: false),
                    uninstalled_at = table.Column<long>(type: "bigint", nullable: true),
                    hook_id = table.Column<string>(type: "text", nullable: false),
                    trouble = table.Column<string>(type: "text", nullable: true),
                    trouble_since = table.Column<long>(type: "bigint", nullable: true),
                    reconcile_asked_at = table.Column<long>(type: "bigint", nullable: true),
                    reconciled_at = table.Column<long>(type: "bigint", nullable: true),
                    rest_until = table.Column<long>(type: "bigint", nullable: true),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    details = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_store_connections", x => x.store_id);
                });

            migrationBuilder.CreateTable(
                name: "storefront_keys",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    honoured_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_storefront_keys", x => new { x.store_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "sync_resources",
                columns: table => new
                {
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    resource = table.Column<string>(type: "text", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    position = table.Column<string>(type: "text", nullable: true),
                    done = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: true),
                    per_second = table.Column<double>(type: "double precision", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: true),
                    ended_at = table.Column<long>(type: "bigint", nullable: true),
                    read_to = table.Column<long>(type: "bigint", nullable: true),
                    in_step_at = table.Column<long>(type: "bigint", nullable: true),
                    compared_at = table.Column<long>(type: "bigint", nullable: true),
                    store_count = table.Column<long>(type: "bigint", nullable: true),
                    local_count = table.Column<long>(type: "bigint", nullable: true),
                    deletions_found = table.Column<int>(type: "integer", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sync_resources", x => new { x.store_id, x.resource });
                });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_store_id_next_attempt_at",
                table: "inbox",
                columns: new[] { "store_id", "next_attempt_at" },
                filter: "next_attempt_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_store_id_kind_at_campaign_id_verdict_message_id",
                table: "events",
                columns: new[] { "store_id", "kind", "at", "campaign_id", "verdict", "message_id" },
                filter: "kind >= 20");

            migrationBuilder.CreateIndex(
                name: "ix_store_connections_hook_id",
                table: "store_connections",
                column: "hook_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_store_connections_platform_address",
                table: "store_connections",
                columns: new[] { "platform", "address" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_storefront_keys_store_id_key",
                table: "storefront_keys",
                columns: new[] { "store_id", "key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "install_attempts");

            migrationBuilder.DropTable(
                name: "store_connections");

            migrationBuilder.DropTable(
                name: "storefront_keys");

            migrationBuilder.DropTable(
                name: "sync_resources");

            migrationBuilder.DropIndex(
                name: "ix_inbox_store_id_next_attempt_at",
                table: "inbox");

            migrationBuilder.DropIndex(
                name: "ix_events_store_id_kind_at_campaign_id_verdict_message_id",
                table: "events");

            migrationBuilder.DropColumn(
                name: "headers",
                table: "inbox");

            migrationBuilder.DropColumn(
                name: "next_attempt_at",
                table: "inbox");

            migrationBuilder.DropColumn(
                name: "state",
                table: "inbox");

            migrationBuilder.DropColumn(
                name: "triggered_at",
                table: "inbox");

            migrationBuilder.DropColumn(
                name: "url",
                table: "categories");
        }
    }
}
