using System.Net;
using System.Text;

namespace OverHttp;

/// <summary>Sends models to the server, and receives them: written aside, verified, and moved.</summary>
internal sealed class ModelTransport(HttpClient http)
{
    private const int MaxProblemBytes = 4096;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Sends a file.</summary>
    /// <exception cref="RefusedException">The server refuses it.</exception>
    public async Task SendAsync(string path, string address, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new StreamContent(file) };
        request.Headers.Add(ContentDigest.Header, await ContentDigest.OfAsync(path, cancellationToken));
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
    }

    /// <summary>Receives a file, as soon as the server has it.</summary>
    /// <exception cref="RefusedException">The server refuses the request, or what it sends is too large or has another digest.</exception>
    public async Task ReceiveAsync(string address, string path, CancellationToken cancellationToken)
    {
        while (!await TryReceiveAsync(address, path, cancellationToken))
        {
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<bool> TryReceiveAsync(string address, string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }

        await RequireSuccessAsync(response, cancellationToken);
        string aside = $"{path}.{Guid.NewGuid():N}.part";
        string? digest = response.Headers.TryGetValues(ContentDigest.Header, out IEnumerable<string>? values) ? values.First() : null;
        await using (Stream body = await response.Content.ReadAsStreamAsync(cancellationToken))
        {
            await ContentDigest.ReceiveAsync(body, aside, digest, cancellationToken);
        }

        File.Move(aside, path, overwrite: true);
        return true;
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            byte[] problem = new byte[MaxProblemBytes];
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = await body.ReadAtLeastAsync(problem, problem.Length, throwOnEndOfStream: false, cancellationToken);
            throw new RefusedException((int)response.StatusCode, $"{response.RequestMessage?.RequestUri}: {Encoding.UTF8.GetString(problem, 0, length)}");
        }
    }
}
