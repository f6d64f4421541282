using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Comeback.Data;
using Comeback.Engine;
using Comeback.Engine.Orders;
using Comeback.Hosting;
using Comeback.Tests.Infra;

namespace Comeback.Tests.Hosting;

/// <summary>Secrets at rest (SECURITY 2).</summary>
public sealed class KeyRingTests
{
    private const string Password = "hunter2-correct-horse-battery";

    [Fact]
    public async Task A_copy_of_the_data_without_the_master_key_yields_no_secret()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-secrets-").FullName;
        await using (var comeback = await TestServer.StartAsync(folder: folder))
        {
            var store = await comeback.AddStoreAsync();
            await comeback.Get<Secrets>().StoreAsync(store, SecretPurposes.SmtpPassword, Password, CancellationToken.None);
            Assert.Equal(Password, await comeback.Get<Secrets>().LoadAsync(store, SecretPurposes.SmtpPassword, CancellationToken.None));
            (await Verb.InAsync(folder, "backup", Path.Combine(folder, "b.zip"))).Fine();

            // While it runs, so that the write-ahead log is there too.
            var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
            Assert.Contains(files, f => f.EndsWith(".db", StringComparison.Ordinal));
            // The lock is held and empty.
            foreach (var file in files.Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))) Assert.False(Holds(file, Password), file);
            Assert.False(Holds(Path.Combine(folder, "comeback.db"), "<masterKey"), "the ring is wrapped");
        }
        System.IO.Compression.ZipFile.ExtractToDirectory(Path.Combine(folder, "b.zip"), Path.Combine(folder, "unpacked"));
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "unpacked"))) Assert.False(Holds(file, Password), file);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_api_never_returns_a_password_that_was_set()
    {
        await using var comeback = await TestServer.StartAsync();
        var store = await comeback.AddStoreAsync();
        await comeback.Get<Secrets>().StoreAsync(store, SecretPurposes.SmtpPassword, Password, CancellationToken.None);

        var settings = (await comeback.JsonAsync($"/api/stores/{store}/settings")).GetRawText();

        Assert.DoesNotContain(Password, settings, StringComparison.Ordinal);
        Assert.Contains("\"hasSmtpPassword\":true", settings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_stores_secret_does_not_open_as_anothers_nor_under_another_purpose()
    {
        await using var comeback = await TestServer.StartAsync();
        var tea = await comeback.AddStoreAsync("tea");
        var coffee = await comeback.AddStoreAsync("coffee");
        await comeback.Get<Secrets>().StoreAsync(tea, "a", Password, CancellationToken.None);
        byte[] stolen;
        await using (var db = comeback.Get<Databases>().Open(tea)) stolen = db.Secrets.Single(s => s.Purpose == "a").Protected;
        await comeback.Get<StoreWriter>().WriteAsync(coffee, Lane.Live, async t =>
        {
            t.Db.Secrets.Add(new SecretRow { StoreId = coffee, Purpose = "a", Protected = stolen });
            t.Db.Secrets.Add(new SecretRow { StoreId = coffee, Purpose = "b", Protected = stolen });
            await t.Db.SaveChangesAsync();
        }, CancellationToken.None);

        await Assert.ThrowsAsync<UserError>(() => comeback.Get<Secrets>().LoadAsync(coffee, "a", CancellationToken.None));
        await Assert.ThrowsAsync<UserError>(() => comeback.Get<Secrets>().LoadAsync(coffee, "b", CancellationToken.None));
    }

    [Fact]
    public async Task A_ring_that_another_master_key_wrapped_is_one_clear_error_at_start()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-ring-").FullName;
        (await Verb.InAsync(folder, "sign-in")).Fine();
        await File.WriteAllBytesAsync(Path.Combine(folder, "other.key"), RandomNumberGenerator.GetBytes(32));

        var verb = await Verb.InAsync(folder, $"--Comeback:MasterKeyFile={Path.Combine(folder, "other.key")}", "sign-in");

        Assert.Contains("master key", verb.Sentence(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Production_without_a_master_key_says_how_to_make_one()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-prod-").FullName;
        var verb = await Verb.RunAsync([.. TestServer.Settings(folder, "Production"), "sign-in"]);

        Assert.Contains("Comeback:MasterKeyFile", verb.Sentence(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_key_made_in_development_is_readable_by_its_owner_only()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-key-").FullName;
        (await Verb.InAsync(folder, "sign-in")).Fine();

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "master.key")));
        Assert.Equal(32, new FileInfo(Path.Combine(folder, "master.key")).Length);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task After_a_rotation_to_a_new_master_key_the_old_one_is_not_needed_and_hashes_stay_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("comeback-rotate-").FullName;
        var old = Path.Combine(folder, "old.key");
        var pfx = Path.Combine(folder, "new.pfx");
        await File.WriteAllBytesAsync(old, RandomNumberGenerator.GetBytes(32));
        using (var rsa = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=comeback", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
            await File.WriteAllBytesAsync(pfx, certificate.Export(X509ContentType.Pkcs12, "secret"));
        }
        StoreId store;
        string hash;
        await using (var before = await TestServer.StartAsync(folder: folder, settings: [$"--Comeback:MasterKeyFile={old}"]))
        {
            store = await before.AddStoreAsync();
            await before.Get<Secrets>().StoreAsync(store, "token", Password, CancellationToken.None);
            hash = before.Get<IAddressHashes>().Of(Channel.Email, "ann@example.com");
        }

        var rotated = await Verb.InAsync(folder, $"--Comeback:MasterKeyFile={pfx}", "--Comeback:MasterKeyPassword=secret", $"--Comeback:OldMasterKeyFiles={old}", "rotate-keys");
        Assert.Contains("2 secrets", rotated.Fine().Out, StringComparison.Ordinal);

        File.Delete(old);
        await using (var after = await TestServer.StartAsync(folder: folder, settings: [$"--Comeback:MasterKeyFile={pfx}", "--Comeback:MasterKeyPassword=secret"]))
        {
            Assert.Equal(Password, await after.Get<Secrets>().LoadAsync(store, "token", CancellationToken.None));
            Assert.Equal(hash, after.Get<IAddressHashes>().Of(Channel.Email, " Ann@Example.com"));
        }
        Directory.Delete(folder, recursive: true);
    }

    internal static bool Holds(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        return bytes.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
    }
}
