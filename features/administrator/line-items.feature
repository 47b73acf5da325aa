@administrator
Feature: The customer's line items
  A customer's administrator wants to see how many tokens there are and how many are gone.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens

  @task-6 @site @DM-LINE-031 @DM-LINE-029
  Scenario: The administrator sees quantity and use
    Given a client token for the instance
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the administrator lists the line items
    Then the answer has status 200 (DM-LINE-029)
    And the answer holds:
      | path           | value |
      | 0/activationId | ACT01 |
      | 0/quantity     | 1000  |
      | 0/used         | 30    |
