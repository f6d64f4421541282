using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Privacy;
using Comeback.Tests.Hosting;
using Comeback.Tests.Infra;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Tests.Privacy;

/// <summary>What a person may ask of a store: everything about them, and to be forgotten.</summary>
public sealed class PrivacyTests
{
    private static readonly string[] Traces = ["zenobia@palmyra.example", "+4520304050", "4520304050", "Zenobia Septimia", "Septimia"];

    [Fact]
    public async Task Nothing_in_the_data_folder_names_a_person_who_was_erased()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-erase-").FullName;
        await using (var comeback = await TestServer.StartAsync(folder: folder))
        {
            var (store, zenobia) = await PersonAsync(comeback);
            foreach (var trace in new[] { Traces[0], Traces[1], Traces[4] }) Assert.Contains(Files(folder), f => KeyRingTests.Holds(f, trace));

            var answer = await comeback.Http.PostAsync(new Uri($"/api/stores/{store}/customers/{zenobia}/erase", UriKind.Relative), null);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());

            foreach (var file in Files(folder))
                foreach (var trace in Traces) Assert.False(KeyRingTests.Holds(file, trace), $"{Path.GetFileName(file)} still holds {trace}");
            await using var db = comeback.Get<Databases>().Open(store);
            var tombstone = await db.Customers.SingleAsync(c => c.Id == zenobia);
            Assert.True(tombstone.Deleted);
            Assert.Equal(1, await db.Orders.CountAsync(o => o.CustomerId == zenobia));
            Assert.Equal(MessageState.Dropped, (await db.Messages.SingleAsync(m => m.CustomerId == zenobia)).State);
            Assert.Equal(1, await db.Customers.CountAsync(c => c.Email == "ann@example.com"));
        }
        foreach (var file in Files(folder))
            foreach (var trace in Traces) Assert.False(KeyRingTests.Holds(file, trace), $"{Path.GetFileName(file)} still holds {trace}");
        Directory.Delete(folder, recursive: true);
    }

    [Theory, EachDatabase]
    public async Task No_row_of_any_table_names_a_person_who_was_erased(DatabaseKind kind)
    {
        await using var comeback = await RunningComeback.StartAsync(kind);
        var shop = await comeback.ShopAsync();
        await comeback.SwitchOnAsync(shop, "abandoned_cart");
        await comeback.PassAsync(shop, TimeSpan.FromSeconds(1));
        shop.Customer("palmyra", phone: "+4520304050").Bought("Silk", daysAgo: 40).Viewed("Silk").LeftInCart("Teapot");
        await shop.ArriveAsync();
        await comeback.SettleAsync(shop);
        await comeback.PassAsync(shop, TimeSpan.FromMinutes(61));
        await comeback.SettleAsync(shop);
        CustomerId id;
        await using (var db = comeback.Databases.Open(shop.Id)) id = (await db.Customers.SingleAsync(TestContext.Current.CancellationToken)).Id;
        Assert.NotEmpty(await NamingAsync(comeback));

        await comeback.Get<Erasure>().EraseAsync(shop.Id, id, "test", TestContext.Current.CancellationToken);
        await comeback.SettleAsync(shop);

        Assert.Empty(await NamingAsync(comeback));
    }

    private static async Task<List<string>> NamingAsync(RunningComeback comeback)
    {
        await using var db = comeback.Databases.OpenSystem();
        await using var connection = await comeback.Databases.OpenConnectionAsync();
        var naming = new List<string>();
        foreach (var table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Distinct().Order(StringComparer.Ordinal))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names from the model itself.
            command.CommandText = $"SELECT * FROM {table}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    var text = reader.GetValue(i) switch { byte[] bytes => Encoding.UTF8.GetString(bytes), var value => value.ToString() ?? "" };
                    if (text.Contains("palmyra", StringComparison.OrdinalIgnoreCase) || text.Contains("20304050", StringComparison.Ordinal)) naming.Add($"{table}.{reader.GetName(i)}: {text}");
                }
        }
        return naming;
    }

    [Fact]
    public async Task An_automatic_backup_that_names_a_person_goes_when_they_are_erased_and_the_others_stay()
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, zenobia) = await PersonAsync(comeback);
        var folder = Directory.CreateDirectory(Path.Combine(comeback.Folder, "backups")).FullName;
        foreach (var (name, text) in new[] { ("before-migration-1.db", "..zenobia@palmyra.example.."), ("before-restore-2.db", "..+4520304050.."), ("before-migration-3.db", "..ann@example.com..") })
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);

        await comeback.Get<Erasure>().EraseAsync(store, zenobia, "test", CancellationToken.None);

        Assert.Equal(["before-migration-3.db"], Directory.GetFiles(folder).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public async Task An_address_that_was_erased_stays_refused_by_its_keyed_hash()
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, zenobia) = await PersonAsync(comeback);

        await comeback.Get<Erasure>().EraseAsync(store, zenobia, "test", CancellationToken.None);

        await using var db = comeback.Get<Databases>().Open(store);
        var hash = comeback.Get<IAddressHashes>().Of(Channel.Email, "zenobia@palmyra.example");
        Assert.Equal("erased", (await db.Suppressions.SingleAsync(s => s.Channel == Channel.Email && s.AddressHash == hash)).Reason);
    }

    [Fact]
    public async Task A_data_request_holds_every_table_that_names_the_person_and_nobody_else()
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, zenobia) = await PersonAsync(comeback);

        var answer = await comeback.Http.PostAsync(new Uri($"/api/stores/{store}/customers/{zenobia}/data-request", UriKind.Relative), null);
        var text = await answer.Content.ReadAsStringAsync();
        var file = JsonSerializer.Deserialize<JsonElement>(text);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        foreach (var table in new[] { "customers", "identities", "consents", "orders", "order_lines", "messages" }) Assert.NotEqual(0, file.GetProperty(table).GetArrayLength());
        Assert.Contains("zenobia@palmyra.example", text, StringComparison.Ordinal);
        Assert.Contains("Silk", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@example.com", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_verb_a_person_is_found_by_address_number_or_id()
    {
        await using var comeback = await TestServer.StartAsync();
        var (_, zenobia) = await PersonAsync(comeback);
        var target = Path.Combine(comeback.Folder, "..", $"{Guid.NewGuid():N}.json");

        foreach (var name in new[] { "Zenobia@Palmyra.example", "+4520304050", zenobia.ToString() })
            Assert.Contains("palmyra", (await Verb.InAsync(comeback.Folder, "data-request", "--store", "tea", "--customer", name)).Fine().Out, StringComparison.Ordinal);
        (await Verb.InAsync(comeback.Folder, "data-request", "--store", "tea", "--customer", zenobia.ToString(), "--out", target)).Fine();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        File.Delete(target);

        Assert.Contains("is forgotten", (await Verb.InAsync(comeback.Folder, "erase", "--store", "tea", "--customer", "zenobia@palmyra.example")).Fine().Out, StringComparison.Ordinal);
        Assert.Contains("Nobody", (await Verb.InAsync(comeback.Folder, "erase", "--store", "tea", "--customer", "zenobia@palmyra.example")).Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_neighbour_store_keeps_its_own_customer_of_the_same_name()
    {
        await using var comeback = await TestServer.StartAsync();
        var (store, zenobia) = await PersonAsync(comeback);
        var coffee = await comeback.AddStoreAsync("coffee");
        var other = comeback.Shop(coffee);
        other.Customer("zenobia");
        await other.ArriveAsync();

        await comeback.Get<Erasure>().EraseAsync(store, zenobia, "test", CancellationToken.None);

        await using var db = comeback.Get<Databases>().Open(coffee);
        Assert.Equal("zenobia@example.com", (await db.Customers.SingleAsync()).Email);
        Assert.Empty(await db.Suppressions.ToListAsync());
    }

    /// <summary>A customer who is everywhere that a customer can be: rows, a waiting message, deliveries, an eml, rejects, an export.</summary>
    internal static async Task<(StoreId Store, CustomerId Customer)> PersonAsync(TestServer comeback)
    {
        var store = await comeback.AddStoreAsync("tea");
        var shop = comeback.Shop(store);
        shop.Customer("ann").Bought("tea", daysAgo: 3);
        var at = comeback.Get<TimeProvider>().GetUtcNow().AddDays(-2);
        var person = new Comeback.Engine.Orders.Person
        {
            AccountId = "z-1",
            Email = "zenobia@palmyra.example",
            Phone = "+4520304050",
            FirstName = "Zenobia",
            LastName = "Septimia",
            Country = "DK",
            City = "Palmyra",
        };
        shop.Tell(new CustomerRecord
        {
            UpdatedAt = at,
            Person = person,
            CreatedAt = at,
            Consents = [new ConsentRecord(Channel.Email, ConsentState.Granted, at, "test", "Yes")],
        });
        shop.Tell(new OrderRecord
        {
            UpdatedAt = at,
            ExternalId = "z-order",
            Number = "#77",
            Person = person,
            PlacedAt = at,
            Standing = OrderStanding.Counted,
            Total = new Money(5000, shop.Currency),
            TotalInStoreCurrency = new Money(5000, shop.Currency),
            Lines = [new OrderLineRecord { Title = "Silk", Quantity = 1, UnitPrice = new Money(5000, shop.Currency), Total = new Money(5000, shop.Currency) }],
        });
        await shop.ArriveAsync();
        CustomerId id;
        await using (var db = comeback.Get<Databases>().Open(store)) id = await db.Customers.Where(c => c.Email == "zenobia@palmyra.example").Select(c => c.Id).SingleAsync();
        long message = 0;
        await comeback.Get<StoreWriter>().WriteAsync(store, Lane.Live, async t =>
        {
            var next = message = await t.TakeIdsAsync(5);
            t.Db.Messages.Add(new MessageRow
            {
                StoreId = store,
                Id = new MessageId(next),
                CampaignId = new CampaignId(1),
                CustomerId = id,
                Occurrence = "test",
                Channel = Channel.Email,
                CreatedAt = at,
                Address = "zenobia@palmyra.example",
                Language = "en",
                Subject = "Zenobia Septimia, come back",
                Html = "<p>Dear Zenobia Septimia</p>",
                Text = "Dear Zenobia Septimia",
                MessageIdHeader = "<1@test>",
                NextAttemptAt = at.AddYears(1),
                Change = await t.ChangeAsync(),
            });
            foreach (var (n, done) in new[] { (1, true), (2, false) })
            {
                t.Db.Inbox.Add(new InboxRow
                {
                    StoreId = store,
                    Id = next + n,
                    Source = "test",
                    DedupeKey = $"k{n}",
                    Topic = "orders",
                    ReceivedAt = at,
                    State = done ? InboxState.Done : InboxState.Waiting,
                    DoneAt = done ? at : null,
                    Body = Encoding.UTF8.GetBytes("{\"email\":\"zenobia@palmyra.example\",\"phone\":\"\\u002B4520304050\",\"name\":\"Zenobia Septimia\"}"),
                });
            }
            t.Db.Imports.Add(new ImportRow { StoreId = store, Id = next + 3, FileName = "o.csv", Layout = "test", StartedAt = at, State = ImportState.Done, RejectsFile = "rejects/1-1.csv" });
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);
        var outbox = Directory.CreateDirectory(Path.Combine(comeback.Folder, "outbox", store.ToString())).FullName;
        await File.WriteAllTextAsync(Path.Combine(outbox, $"{message}.eml"), "To: zenobia@palmyra.example\r\n\r\nDear Septimia");
        await File.WriteAllTextAsync(Path.Combine(outbox, "other.eml"), "To: ann@example.com\r\n\r\nDear Ann");
        Directory.CreateDirectory(Path.Combine(comeback.Folder, "rejects"));
        await File.WriteAllTextAsync(Path.Combine(comeback.Folder, "rejects", "1-1.csv"), "line,reason\n7,no date for ZENOBIA@palmyra.example Septimia");
        await using var zip = new GZipStream(File.Create(Path.Combine(comeback.Folder, "kept.csv.gz")), CompressionLevel.Fastest);
        await zip.WriteAsync(Encoding.UTF8.GetBytes("email,name\nzenobia@palmyra.example,Zenobia Septimia\n"));
        return (store, id);
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))];
}
