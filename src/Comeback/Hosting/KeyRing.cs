using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Comeback.Data;
using Comeback.Engine;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;

namespace Comeback.Hosting;

/// <summary>ASP.NET's Data Protection ring, kept in the database and wrapped by the master key (AES-256-GCM).</summary>
internal static class KeyRing
{
    public static void AddKeyRing(this IServiceCollection services)
    {
        services.AddSingleton<MasterKey>();
        services.AddSingleton<Secrets>();
        services.AddSingleton<AddressHashes>();
        services.AddSingleton<IAddressHashes>(s => s.GetRequiredService<AddressHashes>());
        services.AddDataProtection().SetApplicationName("Comeback").PersistKeysToDbContext<ComebackDb>();
        services.AddOptions<KeyManagementOptions>().Configure<MasterKey>((ring, master) => ring.XmlEncryptor = new RingWrapper(master));
        services.AddSingleton(new ReadyCheck("keyRing", CheckAsync));
    }

    /// <summary>Opens every key once; one that cannot be opened is one clear error, at start and not at the first message.</summary>
    public static async Task OpenAsync(IServiceProvider services, CancellationToken stop)
    {
        try
        {
            _ = services.GetRequiredService<MasterKey>().Present;
            foreach (var key in services.GetRequiredService<IKeyManager>().GetAllKeys().Where(k => !k.IsRevoked)) _ = key.CreateEncryptor();
            var protector = services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Comeback.Start");
            protector.Unprotect(protector.Protect([1]));
            await services.GetRequiredService<AddressHashes>().OpenAsync(stop).ConfigureAwait(false);
        }
        catch (CryptographicException problem)
        {
            throw new UserError("The key ring in the database cannot be opened with this master key: name the file it was made with in the setting " +
                "Comeback:MasterKeyFile (a key that was replaced goes into Comeback:OldMasterKeyFiles).", inner: problem);
        }
    }

    /// <summary>Wraps every key of the ring anew with the present master key, makes a fresh ring key, and protects every secret with it.</summary>
    public static async Task<int> RotateAsync(IServiceProvider services, CancellationToken stop)
    {
        var writer = services.GetRequiredService<StoreWriter>();
        var wrapper = new RingWrapper(services.GetRequiredService<MasterKey>());
        await writer.WriteSystemAsync(async transaction =>
        {
            foreach (var row in await transaction.Db.DataProtectionKeys.ToListAsync(stop).ConfigureAwait(false))
            {
                var document = XElement.Parse(row.Xml!);
                foreach (var secret in document.Descendants("wrapped").ToList()) secret.ReplaceWith(wrapper.Encrypt(wrapper.Decrypt(secret)).EncryptedElement);
                row.Xml = document.ToString(SaveOptions.DisableFormatting);
            }
            return await transaction.Db.SaveChangesAsync(stop).ConfigureAwait(false);
        }, stop).ConfigureAwait(false);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
        return await services.GetRequiredService<Secrets>().ProtectAnewAsync(stop).ConfigureAwait(false);
    }

    private static Task CheckAsync(IServiceProvider services, CancellationToken stop)
    {
        var protector = services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Comeback.Ready");
        protector.Unprotect(protector.Protect([1]));
        return Task.CompletedTask;
    }
}

/// <summary>Wraps one ring key; also what Data Protection calls to open it again (it finds this class by the name stored beside the key).</summary>
internal sealed class RingWrapper : IXmlEncryptor, IXmlDecryptor
{
    private readonly MasterKey master;

    public RingWrapper(MasterKey master) => this.master = master;

    public RingWrapper(IServiceProvider services) => master = services.GetRequiredService<MasterKey>();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var (id, key) = master.Present;
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(12);
        var cipher = new byte[plain.Length];
        var tag = new byte[16];
        using (var aes = new AesGcm(key, tag.Length)) aes.Encrypt(nonce, plain, cipher, tag);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(new XElement("wrapped", new XAttribute("by", id), Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(RingWrapper));
    }

    public XElement Decrypt(XElement encryptedElement)
    {
        var key = master.Find((string?)encryptedElement.Attribute("by") ?? "") ?? throw new CryptographicException("No master key at hand wrapped this.");
        var bytes = Convert.FromBase64String(encryptedElement.Value).AsSpan();
        var plain = new byte[bytes.Length - 28];
        using (var aes = new AesGcm(key, 16)) aes.Decrypt(bytes[..12], bytes[28..], bytes[12..28], plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
