namespace OverHttp;

/// <summary>Where an exchange is.</summary>
/// <param name="Clients">The number of clients.</param>
/// <param name="Arrived">The numbers of those whose models have arrived.</param>
internal sealed record ExchangeState(int Clients, IReadOnlyList<int> Arrived);
