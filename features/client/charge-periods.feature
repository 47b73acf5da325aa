@client @site
Feature: Charge periods
  A producer may charge sessions every ten minutes or once a day in place of every hour. Whatever the length, a
  session is charged in advance for whole periods, and what is left of the last one comes back.

  Background:
    Given the API is spoken in version v1.1
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens

  @DM-TIME-012 @DM-TIME-001 @clock
  Scenario: The shortest period is ten minutes
    When the producer sets "session.charge.period" to "PT10M"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 9 minutes pass
    Then "ACT01" has used the charge of the session 1 times
    When 2 minutes pass
    And the client sends a heartbeat
    Then "ACT01" has used the charge of the session 2 times
    When 10 minutes pass
    Then "ACT01" has used the charge of the session 3 times

  @DM-TIME-012 @DM-TIME-001 @clock
  Scenario: The longest period is a day
    When the producer sets "session.charge.period" to "PT24H"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 1     |
    And 23 hours pass
    Then "ACT01" has used the charge of the session 1 times
    When 61 minutes pass
    Then "ACT01" has used the charge of the session 2 times
    And the session is ACTIVE

  @DM-TIME-012 @DM-TIME-001 @clock
  Scenario: A period has hours and minutes
    When the producer sets "session.charge.period" to "PT1H30M"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 89 minutes pass
    Then "ACT01" has used the charge of the session 1 times
    When 2 minutes pass
    Then "ACT01" has used the charge of the session 2 times

  @DM-TIME-012 @DM-REF-001 @clock
  Scenario: Closing half-way through a period of ten minutes gives half of its charge back
    When the producer sets "session.charge.period" to "PT10M"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 5 minutes pass
    And the client closes the session
    Then "ACT01" has used the charge of the session 0.5 times

  @DM-TIME-013
  Scenario: Whether the rate is the price of a period or of an hour
    When the producer sets "session.charge.period" to "PT30M"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    Then what "ACT01" has used tells the reading "session.period_price":
      | used | value         |
      | 30   | of-the-period |
      | 15   | of-an-hour    |

  @DM-TIME-014 @DM-TIME-005 @clock
  Scenario: The heartbeat window of a period of two hours
    When the producer sets "session.charge.period" to "PT2H"
    And the client opens a session
    And LisaBarry requests in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    And 151 minutes pass
    Then the state of the session tells the reading "heartbeat.window" (DM-TIME-014):
      | state      | value       |
      | ACTIVE     | half-period |
      | TERMINATED | half-hour   |
    When 30 minutes pass
    Then the session is TERMINATED (DM-TIME-005)
    And "ACT01" has used the charge of the session 1 times (DM-TIME-005)

  @DM-TIME-015 @clock
  Scenario: When a new period reaches a session in use
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 20 minutes pass
    And the producer sets "session.charge.period" to "PT20M"
    And 45 minutes pass
    And the client sends a heartbeat
    And 20 minutes pass
    Then what "ACT01" has used tells the reading "session.period_change":
      | used | value        |
      | 90   | next-charge  |
      | 50   | next-charge  |
      | 60   | next-request |
      | 30   | at-once      |
