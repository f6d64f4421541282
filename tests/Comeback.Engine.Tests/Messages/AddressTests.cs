using Comeback.Engine.Messages;
using Comeback.Engine.Orders;

namespace Comeback.Engine.Tests.Messages;

public sealed class AddressTests
{
    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("ann.lee+tea@mail.example.co.uk")]
    [InlineData("o'hara@example.com")]
    [InlineData("søren@blåbær.dk")]
    public void An_ordinary_address_is_written_to(string address) => Assert.True(Address.IsMailable(address));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("ann@localhost")]
    [InlineData("ann@example.com\r\nBcc: x@example.com")]
    [InlineData("ann@example.com\n")]
    [InlineData("an\0n@example.com")]
    [InlineData("\"ann lee\"@example.com")]
    [InlineData("ann lee@example.com")]
    [InlineData("ann@exa mple.com")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("a@b@example.com")]
    [InlineData("ann@[127.0.0.1]")]
    [InlineData("ann..lee@example.com")]
    [InlineData(".ann@example.com")]
    [InlineData("ann@example..com")]
    [InlineData("ann@-example.com")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("ann\u202E@example.com")]
    public void An_address_with_a_trick_in_it_is_not(string? address) => Assert.False(Address.IsMailable(address));

    [Fact]
    public void An_address_over_254_bytes_is_not() => Assert.False(Address.IsMailable("a@" + new string('b', 250) + ".com"));

    private const string Browser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";

    private static HitVerdict Judge(bool click, string agent, int seconds = 600, int links = 1, bool head = false) =>
        HitJudge.Judge(new Hit { Click = click, UserAgent = agent, AfterSending = TimeSpan.FromSeconds(seconds), LinksInTenSeconds = links, Head = head });

    [Fact]
    public void A_browser_that_clicks_is_a_person() => Assert.Equal(HitVerdict.Human, Judge(click: true, Browser));

    [Fact]
    public void A_browser_that_follows_every_link_at_once_is_a_scanner() => Assert.Equal(HitVerdict.Scanner, Judge(click: true, Browser, links: 3));

    [Fact]
    public void A_click_before_anybody_could_have_read_is_a_scanner() => Assert.Equal(HitVerdict.Scanner, Judge(click: true, Browser, seconds: 1));

    [Theory]
    [InlineData("")]
    [InlineData("curl/8.1")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1)")]
    [InlineData("Mozilla/4.0 (compatible; ms-office; MSOffice 16)")]
    [InlineData("Barracuda Sentinel (EE)")]
    public void A_machine_is_a_scanner(string agent) => Assert.Equal(HitVerdict.Scanner, Judge(click: true, agent));

    [Fact]
    public void A_head_request_is_a_scanner() => Assert.Equal(HitVerdict.Scanner, Judge(click: true, Browser, head: true));

    [Theory]
    [InlineData("Mozilla/5.0")]
    [InlineData("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)")]
    public void Apples_and_Googles_proxies_are_no_people(string agent) => Assert.Equal(HitVerdict.PrivacyProxy, Judge(click: false, agent));

    [Fact]
    public void A_picture_that_a_browser_asks_for_proves_nothing() => Assert.Equal(HitVerdict.Unsure, Judge(click: false, Browser));
}
