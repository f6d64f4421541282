using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Comeback.Data;

// For `dotnet ef migrations add NAME --context SqliteComebackDb --output-dir Data/SqliteMigrations` and its PostgreSQL twin.

internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteComebackDb>
{
    public SqliteComebackDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteComebackDb>().UseSqlite("Data Source=design.db").Options);
}

internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresComebackDb>
{
    public PostgresComebackDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresComebackDb>().UseNpgsql("Host=localhost;Database=design").Options);
}
