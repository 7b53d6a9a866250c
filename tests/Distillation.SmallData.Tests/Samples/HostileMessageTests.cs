using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OverHttp;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Samples;

/// <summary>Messages that a server must refuse: each has a status and a problem that names what would be right, and changes nothing.</summary>
public sealed class HostileMessageTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-hostile-");
    private readonly HttpClient _http = new();
    private ExchangeProcess? _server;

    private string ServerDirectory => Path.Combine(_directory.FullName, "server");

    public async Task InitializeAsync() => (_server, _http.BaseAddress) = await ExchangeProcess.ServeAsync(ServerDirectory);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _server?.Dispose();
        _http.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Hostile_messages_are_refused_and_change_nothing()
    {
        byte[] right = Model(Agreement.Network);
        byte[] notSafetensors = Encoding.ASCII.GetBytes(new string('x', 1_000));
        byte[] damaged = [.. right];
        damaged[^1] ^= 0x40;
        string[] before = Files();

        await Refuses("models/0", new byte[Agreement.MaxBytes + 1], HttpStatusCode.RequestEntityTooLarge, $"at most {Agreement.MaxBytes} bytes");
        await Refuses("models/0", right, HttpStatusCode.BadRequest, "has the digest 'sha-256=:", digest: Digest(damaged));
        await Refuses("models/0", right, HttpStatusCode.BadRequest, "Content-Digest must have the SHA-256", digest: "md5=:AAAA:");
        await Refuses("models/0", right[..^100], HttpStatusCode.UnprocessableEntity, "'message'");
        await Refuses("models/0", damaged, HttpStatusCode.UnprocessableEntity, "'message' is damaged");
        await Refuses("models/0", notSafetensors, HttpStatusCode.UnprocessableEntity, "'message'");
        await Refuses("models/0", Model(() => Linear(784, 10)), HttpStatusCode.UnprocessableEntity, "'message' is of another kind of model");
        await Refuses("models/0", Model(Infinite), HttpStatusCode.UnprocessableEntity, "'out.weight' has others");
        await Refuses("models/0", Model(Agreement.Network, label: 10), HttpStatusCode.UnprocessableEntity, "classes from 0 to 9");
        await Refuses("models/2", right, HttpStatusCode.NotFound, "numbers 0 to 1, but this one is 2");
        await Refuses("rounds/0/models/2", right, HttpStatusCode.NotFound, "numbers 0 to 1");
        await Refuses("rounds/1/models/0", right, HttpStatusCode.Conflict, "round 0 is the current one");
        (await _http.GetAsync("rounds/4")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _http.GetAsync("models/-1")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        Files().Should().Equal(before);
        (await _http.GetFromJsonAsync<JsonElement>("models")).GetProperty("arrived").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Second_model_of_a_client_is_refused_and_the_first_one_stays()
    {
        byte[] first = Model(Agreement.Network);
        (await SendAsync("models/1", first)).StatusCode.Should().Be(HttpStatusCode.Created);
        byte[] kept = File.ReadAllBytes(Path.Combine(ServerDirectory, "client-1.safetensors"));

        await Refuses("models/1", Model(Agreement.Network), HttpStatusCode.Conflict, "those of [0] are missing, and not that of 1");

        kept.Should().Equal(first);
        File.ReadAllBytes(Path.Combine(ServerDirectory, "client-1.safetensors")).Should().Equal(first);
        (await _http.GetFromJsonAsync<JsonElement>("models")).GetProperty("arrived").EnumerateArray().Single().GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Message_without_a_length_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "models/0") { Content = new ByteArrayContent(Model(Agreement.Network)) };
        request.Headers.TransferEncodingChunked = true;

        HttpResponseMessage response = await _http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.LengthRequired);
    }

    [Fact]
    public async Task Body_that_stalls_is_refused_and_leaves_nothing()
    {
        string[] before = Files();
        using var client = new TcpClient();
        await client.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port);
        NetworkStream stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "PUT /models/0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000\r\nContent-Digest: sha-256=:AAAA:\r\n\r\nabc"));
        using var reader = new StreamReader(stream);
        string answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));

        answer.Should().StartWith("HTTP/1.1 408").And.Contain("application/problem+json");
        Files().Should().Equal(before);
    }

    private static Module<Tensor, Tensor> Infinite()
    {
        Module<Tensor, Tensor> network = Agreement.Network();
        using var noGradient = torch.no_grad();
        network.get_parameter("out.weight")![0, 0] = float.PositiveInfinity;
        return network;
    }

    private static string Digest(byte[] message) => ContentDigest.Format(SHA256.HashData(message));

    // A file as a client saves it, of any network and label.
    private byte[] Model(Func<Module<Tensor, Tensor>> network, long label = 3)
    {
        using Module<Tensor, Tensor> module = network();
        string path = Path.Combine(_directory.FullName, Path.GetRandomFileName());
        using (var model = new FederatedModel(module, new Dictionary<long, long> { [label] = 5 }))
        {
            model.Save(path);
        }

        byte[] file = File.ReadAllBytes(path);
        File.Delete(path);
        return file;
    }

    private async Task Refuses(string address, byte[] message, HttpStatusCode status, string what, string? digest = null)
    {
        HttpResponseMessage response = await SendAsync(address, message, digest);

        string problem = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, problem);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString().Should().Contain(what).And.NotContain(_directory.FullName);
    }

    private async Task<HttpResponseMessage> SendAsync(string address, byte[] message, string? digest = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(message) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.TryAddWithoutValidation(ContentDigest.Header, digest ?? Digest(message));
        request.Headers.ExpectContinue = true;
        return await _http.SendAsync(request);
    }

    private string[] Files() => [.. Directory.GetFiles(ServerDirectory, "*", SearchOption.AllDirectories).Order()];
}
