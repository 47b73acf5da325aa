@DM-GEN-001
Feature: Expectations of rows where there are none
  Each last line says what is not so, and has to fail.

  @usage
  Scenario: Rules are kept by rows only
    Given an instance of account "GLOBEX"
    Then every usage row keeps the usage rules

  @usage
  Scenario: Columns are seen in rows only
    Given an instance of account "GLOBEX"
    Then the usage rows have the columns of elastic usage
