using OverHttp;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Samples;

/// <summary>A server and two clients as processes, against all in one process.</summary>
public sealed class FederatedExchangeTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-exchange-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Exchange_and_rounds_over_HTTP_give_the_same_bits_as_one_process()
    {
        (ExchangeProcess server, Uri address) = await ExchangeProcess.ServeAsync(DirectoryOf("server"));
        using (server)
        {
            (int Code, string Output, string Errors)[] ends = await Task.WhenAll(Client(0, address), Client(1, address));
            ends.Should().AllSatisfy(end => end.Code.Should().Be(0, end.Errors));
            ends[1].Output.Should().MatchRegex(@"client 1, one exchange: [\d.]+ % alone, [\d.]+ % with the models of all").And.Contain("3 rounds of averaging");
        }

        using TensorData first = Agreement.Samples(0, clients: 2), second = Agreement.Samples(1, clients: 2);
        using FederatedDistillationResult exchange =
            new FederatedDistillation(Agreement.Network, Agreement.Generator, Agreement.Exchange).Run([first, second]);
        using FederatedAveragingResult rounds = new FederatedAveraging(Agreement.Network, Agreement.Averaging).Run([first, second]);
        for (int number = 0; number < 2; number++)
        {
            using FederatedModel after = ModelFile.Load(Path.Combine(DirectoryOf($"client-{number}"), "after.safetensors"));
            using Module<Tensor, Tensor> global = ModelFile.LoadGlobal(Path.Combine(DirectoryOf($"client-{number}"), "global.safetensors"));
            Some.Weights(after.Module).Should().Equal(Some.Weights(exchange.Clients[number].After.Module));
            Some.Weights(global).Should().Equal(Some.Weights(rounds.Module));
        }

        _directory.GetFiles("*.part", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Arguments_that_are_wrong_are_named()
    {
        (int code, _, string errors) = await ExchangeProcess.RunAsync("client", "--number", "0");
        (int none, _, string usage) = await ExchangeProcess.RunAsync();

        code.Should().Be(1);
        errors.Should().Contain("Server");
        none.Should().Be(2);
        usage.Should().Contain("client --number 0 --server URL");
    }

    private string DirectoryOf(string name) => Path.Combine(_directory.FullName, name);

    private Task<(int Code, string Output, string Errors)> Client(int number, Uri address) =>
        ExchangeProcess.RunAsync("client", "--number", $"{number}", "--server", address.ToString(), "--directory", DirectoryOf($"client-{number}"));
}
