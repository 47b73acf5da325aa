@client
Feature: What changes under a running session
  Rates change and line items end while sessions run. What is paid stays paid until the hour is over; only the next
  automatic charge looks at what holds then.

  @DM-TIME-016 @clock
  Scenario: Whether an automatic charge takes the new rate
    Given a rate table "1" of series "PublicationApps", effective 10 days ago, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a rate table "2" of series "PublicationApps", effective in 30 minutes, with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 4    |
    And a line item "ACT01" of 1000 tokens
    And LisaBarry uses in a new session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 61 minutes pass
    Then what "ACT01" has used tells the reading "session.automatic_rate":
      | used | value  |
      | 70   | afresh |
      | 60   | frozen |

  @DM-TIME-011 @clock
  Scenario: A line item that ends leaves the session running until its next charge
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And line items:
      | line item | tokens | starts      | ends          |
      | ACT01     | 1000   | 30 days ago | in 30 minutes |
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 59 minutes pass
    Then the session is ACTIVE
    When 2 minutes pass
    Then the session is TERMINATED
    And "ACT01" has used 30 tokens
