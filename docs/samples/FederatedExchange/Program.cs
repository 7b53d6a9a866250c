using System.ComponentModel.DataAnnotations;
using OverHttp;

// Several processes share the processor; and the number of threads is part of the bits.
torch.set_num_threads(1);
try
{
    switch (args)
    {
        case ["server", .. string[] rest]:
            await ExchangeServer.RunAsync(rest);
            return 0;
        case ["client", .. string[] rest]:
            await ExchangeClient.RunAsync(rest);
            return 0;
        default:
            Console.Error.WriteLine("server --urls URL [--clients 2] [--directory DIR]");
            Console.Error.WriteLine("client --number 0 --server URL [--directory DIR] [--patience SECONDS]");
            return 2;
    }
}
catch (Exception exception) when (exception is RefusedException or ValidationException or HttpRequestException or OperationCanceledException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
