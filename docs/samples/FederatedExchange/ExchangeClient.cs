using Distillation;
using Distillation.Evaluation;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace OverHttp;

/// <summary>A client, whose samples stay with it: one exchange of models, and then rounds.</summary>
internal sealed class ExchangeClient
{
    private readonly HttpClient _http;
    private readonly ModelTransport _transport;
    private readonly int _number;
    private readonly string _directory;

    private ExchangeClient(HttpClient http, ClientSettings settings)
    {
        (_http, _transport) = (http, new ModelTransport(http));
        _number = settings.Number!.Value;
        _directory = Path.GetFullPath(settings.Directory ?? $"federated-client-{_number}");
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        ClientSettings settings = Settings.Read<ClientSettings>(new ConfigurationBuilder().AddCommandLine(arguments).Build());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(settings.Patience));
        using var http = new HttpClient
        {
            BaseAddress = settings.Server,
            Timeout = TimeSpan.FromSeconds(60),
            MaxResponseContentBufferSize = Agreement.MaxBytes,
        };
        await new ExchangeClient(http, settings).RunAsync(patience.Token);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        ExchangeState state = (await _http.GetFromJsonAsync<ExchangeState>("models", cancellationToken))!;
        if (_number >= state.Clients)
        {
            throw new RefusedException(
                StatusCodes.Status404NotFound, $"--{nameof(ClientSettings.Number)} must be at most {state.Clients - 1} at this server, but is {_number}.");
        }

        using TensorData samples = Agreement.Samples(_number, state.Clients);
        using TensorData test = Agreement.Test();
        await ExchangeAsync(samples, test, state.Clients, cancellationToken);
        await AverageAsync(samples, test, state.Clients, cancellationToken);
    }

    private async Task ExchangeAsync(TensorData samples, TensorData test, int clients, CancellationToken cancellationToken)
    {
        var client = new FederatedClient(_number, Agreement.Network, samples, Agreement.Generator, Agreement.Exchange);
        using FederatedModel before = client.Train(cancellationToken);
        before.Save(PathOf("own"));
        await _transport.SendAsync(PathOf("own"), $"models/{_number}", cancellationToken);
        List<FederatedModel> models = [];
        try
        {
            for (int number = 0; number < clients; number++)
            {
                string path = PathOf($"model-{number}");
                await _transport.ReceiveAsync($"models/{number}", path, cancellationToken);
                models.Add(ModelFile.Load(path));
            }

            using var teacher = new PartialLabelEnsemble([.. models.Select(model => model.AsMember())]);
            using TensorData made = client.Generate(Agreement.Classes, Agreement.PoolOf(samples, clients));
            using TensorData pool = client.Label(teacher, made);
            using FederatedModel after = client.TrainWith(pool, cancellationToken);
            after.Save(PathOf("after"));
            (string alone, string together) = (AccuracyOf(before.Teacher, test), AccuracyOf(after.Teacher, test));
            Console.WriteLine($"client {_number}, one exchange: {alone} alone, {together} with the models of all");
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    private async Task AverageAsync(TensorData samples, TensorData test, int clients, CancellationToken cancellationToken)
    {
        var averaging = new FederatedAveraging(Agreement.Network, Agreement.Averaging);
        for (int round = 0; round < Agreement.Averaging.Rounds; round++)
        {
            if (averaging.ClientsOf(round, clients).Contains(_number))
            {
                await _transport.ReceiveAsync($"rounds/{round}", PathOf("global"), cancellationToken);
                using Module<Tensor, Tensor> global = ModelFile.LoadGlobal(PathOf("global"));
                using FederatedModel local = averaging.TrainClient(global, _number, samples, round, cancellationToken);
                local.Save(PathOf("local"));
                await _transport.SendAsync(PathOf("local"), $"rounds/{round}/models/{_number}", cancellationToken);
            }
        }

        await _transport.ReceiveAsync($"rounds/{Agreement.Averaging.Rounds}", PathOf("global"), cancellationToken);
        using Module<Tensor, Tensor> result = ModelFile.LoadGlobal(PathOf("global"));
        result.eval();
        using ITeacher teacher = Teacher.From(result);
        Console.WriteLine($"client {_number}, {Agreement.Averaging.Rounds} rounds of averaging: {AccuracyOf(teacher, test)}");
    }

    private string PathOf(string name) => Path.Combine(_directory, $"{name}.safetensors");

    private static string AccuracyOf(ITeacher model, TensorData test) => FormattableString.Invariant($"{100 * Evaluator.Evaluate(model, test).Accuracy:0.0} %");
}
